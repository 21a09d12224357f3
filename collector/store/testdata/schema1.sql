-- What the collector of d66e027 made of the reports in migrate_test.go.
CREATE TABLE meta (
	name  TEXT PRIMARY KEY,
	value BYTES NOT NULL
);
INSERT INTO meta VALUES ('pepper',HEX(7b245e9932bda7bd44a4bbea350eec34fa213de23a2154589ee7fee256fa862e));
CREATE TABLE installs (
	install          BYTES PRIMARY KEY,
	app              TEXT NOT NULL,
	cli_version      TEXT NOT NULL,
	operating_system TEXT NOT NULL,
	first_day        BIGINT NOT NULL,
	last_day         BIGINT NOT NULL,
	marks            BYTES NOT NULL
);
INSERT INTO installs VALUES (HEX(cc049bd799f13599b55e5c56323fd748),'pace','v1','linux',20513,20533,HEX(0e1a33a4e886f8a9031fe2d21507b4524002804fd71507b5584004));
INSERT INTO installs VALUES (HEX(a2fbf0054775b0b978546abed16192df),'pace','v1','linux',20513,20523,HEX(0e1a33a4e886f8a903804fd71507b55840031fe2d21507b4524001));
INSERT INTO installs VALUES (HEX(72387c1bbc3aaea33d4280c65152e6ce),'pace','v2','linux',20513,20533,HEX(804fd71507b55840040e1a33a4e886f8a9051fe2d21507b4524002));
INSERT INTO installs VALUES (HEX(a374cb31cdcccf6b9619700d76353813),'pace','v2','darwin',20513,20533,HEX(804fd71507b55840041fe2d21507b45240020e1a33a4e886f8a906));
INSERT INTO installs VALUES (HEX(ee13950bf34ca7a99fe419ef7d3d0064),'kube','1.0','linux',20533,20533,HEX(833b7173e22e1aed07));
CREATE TABLE series (
	id               SERIAL_KEY,
	app              TEXT NOT NULL,
	command          TEXT NOT NULL,
	exit_code        BIGINT NOT NULL,
	cli_version      TEXT NOT NULL,
	operating_system TEXT NOT NULL,
	total            BIGINT NOT NULL,
	created          BIGINT NOT NULL, -- milliseconds since 1970
	UNIQUE (command, exit_code, cli_version, operating_system)
);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created) VALUES ('pace','pace get',0,'v1','linux',9,1772366400000);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created) VALUES ('pace','pace put',1,'v1','linux',9,1772366400000);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created) VALUES ('pace','pace get',0,'v1','darwin',4,1772366400000);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created) VALUES ('pace','pace put',1,'v1','darwin',2,1772366400000);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created) VALUES ('pace','pace put',-1,'v1','linux',3,1773230400000);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created) VALUES ('pace','pace get',0,'v2','linux',2,1773230400000);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created) VALUES ('pace','pace put',-1,'v2','linux',2,1773230400000);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created) VALUES ('pace','pace put',1,'v2','linux',2,1773230400000);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created) VALUES ('pace','pace get',0,'v2','darwin',2,1773230400000);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created) VALUES ('pace','pace put',-1,'v2','darwin',2,1773230400000);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created) VALUES ('pace','pace put',1,'v2','darwin',2,1773230400000);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created) VALUES ('kube','kube top',130,'1.0','linux',7,1774094400000);
CREATE TABLE shown (
	reader TEXT NOT NULL,
	series BIGINT NOT NULL, -- 0 since the reader is known
	PRIMARY KEY (reader, series)
);
CREATE TABLE runs (
	day    BIGINT NOT NULL,
	series BIGINT NOT NULL,
	runs   BIGINT NOT NULL,
	PRIMARY KEY (day, series)
);
INSERT INTO runs VALUES (20513,1,6);
INSERT INTO runs VALUES (20513,2,6);
INSERT INTO runs VALUES (20513,3,4);
INSERT INTO runs VALUES (20513,4,2);
INSERT INTO runs VALUES (20523,1,2);
INSERT INTO runs VALUES (20523,2,2);
INSERT INTO runs VALUES (20523,5,2);
INSERT INTO runs VALUES (20523,6,1);
INSERT INTO runs VALUES (20523,7,1);
INSERT INTO runs VALUES (20523,8,1);
INSERT INTO runs VALUES (20523,9,1);
INSERT INTO runs VALUES (20523,10,1);
INSERT INTO runs VALUES (20523,11,1);
INSERT INTO runs VALUES (20533,1,1);
INSERT INTO runs VALUES (20533,2,1);
INSERT INTO runs VALUES (20533,5,1);
INSERT INTO runs VALUES (20533,6,1);
INSERT INTO runs VALUES (20533,7,1);
INSERT INTO runs VALUES (20533,8,1);
INSERT INTO runs VALUES (20533,9,1);
INSERT INTO runs VALUES (20533,10,1);
INSERT INTO runs VALUES (20533,11,1);
INSERT INTO runs VALUES (20533,12,7);
CREATE TABLE activity (
	day              BIGINT NOT NULL,
	app              TEXT NOT NULL,
	cli_version      TEXT NOT NULL,
	operating_system TEXT NOT NULL,
	installs         BIGINT NOT NULL,
	latest           BIGINT NOT NULL,
	PRIMARY KEY (day, app, cli_version, operating_system)
);
INSERT INTO activity VALUES (20513,'pace','v1','linux',3,0);
INSERT INTO activity VALUES (20513,'pace','v1','darwin',1,0);
INSERT INTO activity VALUES (20523,'pace','v1','linux',2,1);
INSERT INTO activity VALUES (20523,'pace','v2','linux',1,0);
INSERT INTO activity VALUES (20523,'pace','v2','darwin',1,0);
INSERT INTO activity VALUES (20533,'pace','v1','linux',1,1);
INSERT INTO activity VALUES (20533,'pace','v2','linux',1,1);
INSERT INTO activity VALUES (20533,'pace','v2','darwin',1,1);
INSERT INTO activity VALUES (20533,'kube','1.0','linux',1,1);
