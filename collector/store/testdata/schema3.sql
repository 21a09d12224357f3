-- What the collector of 24bb1f6 made of the reports in migrate_test.go.
CREATE TABLE meta (
	name  TEXT PRIMARY KEY,
	value BYTES NOT NULL
);
CREATE TABLE installs (
	install          BYTES PRIMARY KEY,
	app              TEXT NOT NULL,
	cli_version      TEXT NOT NULL,
	operating_system TEXT NOT NULL,
	first_day        BIGINT NOT NULL,
	last_day         BIGINT NOT NULL,
	marks            BYTES NOT NULL
, uses BYTES NOT NULL DEFAULT '', weeks BIGINT NOT NULL DEFAULT 1, day_runs BIGINT NOT NULL DEFAULT 0);
CREATE TABLE series (
	id               SERIAL_KEY,
	app              TEXT NOT NULL,
	command          TEXT NOT NULL,
	exit_code        BIGINT NOT NULL,
	cli_version      TEXT NOT NULL,
	operating_system TEXT NOT NULL,
	total            BIGINT NOT NULL,
	created          BIGINT NOT NULL, installs BIGINT NOT NULL DEFAULT 1, rose BIGINT NOT NULL DEFAULT 0, away BIGINT NOT NULL DEFAULT 0, -- milliseconds since 1970
	UNIQUE (command, exit_code, cli_version, operating_system)
);
CREATE TABLE shown (
	reader TEXT NOT NULL,
	series BIGINT NOT NULL, -- 0 since the reader is known
	PRIMARY KEY (reader, series)
);
CREATE TABLE clock (
	day     BIGINT NOT NULL,
	trusted BIGINT NOT NULL,
	kept    BIGINT NOT NULL, -- the first day that is not forgotten
	names   BIGINT NOT NULL  -- counts changes of what collectors keep in memory
);
CREATE TABLE commands (
	id   SERIAL_KEY,
	app  TEXT NOT NULL,
	path TEXT NOT NULL, -- empty: the app as a whole
	UNIQUE (app, path)
);
CREATE TABLE versions (
	id        SERIAL_KEY,
	app       TEXT NOT NULL,
	name      TEXT NOT NULL,
	first_day BIGINT NOT NULL,
	last_day  BIGINT NOT NULL,
	installs  BIGINT NOT NULL, away BIGINT NOT NULL DEFAULT 0, -- that ever used it
	UNIQUE (app, name)
);
CREATE TABLE recent (
	command          BIGINT NOT NULL,
	version          BIGINT NOT NULL,
	operating_system TEXT NOT NULL,
	day              BIGINT NOT NULL,
	measure          BIGINT NOT NULL,
	n                BIGINT NOT NULL,
	PRIMARY KEY (command, version, operating_system, day, measure)
);
CREATE TABLE history (
	command          BIGINT NOT NULL,
	version          BIGINT NOT NULL,
	operating_system TEXT NOT NULL, -- empty: all
	last_day         BIGINT NOT NULL,
	sums             BYTES NOT NULL,
	PRIMARY KEY (command, version, operating_system)
);
CREATE TABLE windows (
	day              BIGINT NOT NULL,
	command          BIGINT NOT NULL,
	version          BIGINT NOT NULL,
	operating_system TEXT NOT NULL,
	used7            BIGINT NOT NULL,
	used30           BIGINT NOT NULL,
	used90           BIGINT NOT NULL,
	used365          BIGINT NOT NULL,
	failed7          BIGINT NOT NULL,
	failed30         BIGINT NOT NULL,
	failed90         BIGINT NOT NULL,
	failed365        BIGINT NOT NULL,
	PRIMARY KEY (command, version, operating_system, day)
);
CREATE TABLE weeks (
	app              TEXT NOT NULL,
	operating_system TEXT NOT NULL,
	first_week       BIGINT NOT NULL,
	week             BIGINT NOT NULL,
	installs         BIGINT NOT NULL,
	stayed           BIGINT NOT NULL, -- of these, those that reported in the week before
	PRIMARY KEY (app, week, first_week, operating_system)
);
CREATE TABLE releases (
	app        TEXT NOT NULL,
	version    TEXT NOT NULL,
	registered BIGINT NOT NULL, -- milliseconds since 1970
	commands   BYTES NOT NULL,  -- commands.txt
	exit_codes BYTES NOT NULL,  -- exitcodes.txt
	PRIMARY KEY (app, version)
);
CREATE TABLE held (
	day     BIGINT NOT NULL,
	app     TEXT NOT NULL,
	reason  TEXT NOT NULL,
	reports BIGINT NOT NULL,
	runs    BIGINT NOT NULL,
	PRIMARY KEY (day, app, reason)
);
CREATE INDEX windows_day ON windows (day);
INSERT INTO meta VALUES ('pepper',HEX(c5c18cd1350abc5ca6eb26ea890e4f425ee00d78a86555eaa8adba3e447e0569));
INSERT INTO meta VALUES ('schema',HEX(33));
INSERT INTO installs VALUES (HEX(09045d5de3ba66f8155d9c5c4a9d8e5c),'pace','v1','linux',20513,20523,HEX(0e1a33a4e886f8a903804fd71507b55840031fe2d21507b4524001),HEX(0202aa23aa230402aa23000602aa23aa23),5,3);
INSERT INTO installs VALUES (HEX(79801ef17bac2c27a046c80ad9ae1c78),'pace','v2','linux',20513,20533,HEX(0e1a33a4e886f8a905804fd71507b55840041fe2d21507b4524002),HEX(02029623962304029623000602962396230204be23be230404be23000604be23be23),11,3);
INSERT INTO installs VALUES (HEX(a2212babeabcfbcafbe7e8508964342e),'pace','v1','linux',20513,20533,HEX(1fe2d21507b45240020e1a33a4e886f8a903804fd71507b5584004),HEX(0202be23be230402be23000602be23be23),11,3);
INSERT INTO installs VALUES (HEX(c604d744c838f9bd32f4d3f07fa65bfe),'pace','v2','darwin',20513,20533,HEX(0e1a33a4e886f8a906804fd71507b55840041fe2d21507b4524002),HEX(02029623962304029623000602962396230204be23be230404be23000604be23be23),11,3);
INSERT INTO installs VALUES (HEX(c82bc692372096e76e18ff7c7a7599d8),'kube','1.0','linux',20533,20533,HEX(833b7173e22e1aed07),HEX(0806be23be230a06be23be23),1,7);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created, installs, rose, away) VALUES ('pace', 'pace get', 0, 'v1', 'linux', 9, 1772366400000, 3, 20533, 0);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created, installs, rose, away) VALUES ('pace', 'pace put', 1, 'v1', 'linux', 9, 1772366400000, 3, 20533, 0);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created, installs, rose, away) VALUES ('pace', 'pace get', 0, 'v1', 'darwin', 4, 1772366400000, 1, 20513, 0);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created, installs, rose, away) VALUES ('pace', 'pace put', 1, 'v1', 'darwin', 2, 1772366400000, 1, 20513, 0);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created, installs, rose, away) VALUES ('pace', 'pace put', -1, 'v1', 'linux', 3, 1773230400000, 2, 20533, 0);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created, installs, rose, away) VALUES ('pace', 'pace get', 0, 'v2', 'linux', 2, 1773230400000, 1, 20533, 0);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created, installs, rose, away) VALUES ('pace', 'pace put', -1, 'v2', 'linux', 2, 1773230400000, 1, 20533, 0);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created, installs, rose, away) VALUES ('pace', 'pace put', 1, 'v2', 'linux', 2, 1773230400000, 1, 20533, 0);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created, installs, rose, away) VALUES ('pace', 'pace get', 0, 'v2', 'darwin', 2, 1773230400000, 1, 20533, 0);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created, installs, rose, away) VALUES ('pace', 'pace put', -1, 'v2', 'darwin', 2, 1773230400000, 1, 20533, 0);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created, installs, rose, away) VALUES ('pace', 'pace put', 1, 'v2', 'darwin', 2, 1773230400000, 1, 20533, 0);
INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created, installs, rose, away) VALUES ('kube', 'kube top', 130, '1.0', 'linux', 7, 1774094400000, 1, 20533, 0);
INSERT INTO clock VALUES (20533,20533,0,0);
INSERT INTO commands (app, path) VALUES ('pace', '');
INSERT INTO commands (app, path) VALUES ('pace', 'pace get');
INSERT INTO commands (app, path) VALUES ('pace', 'pace put');
INSERT INTO commands (app, path) VALUES ('kube', '');
INSERT INTO commands (app, path) VALUES ('kube', 'kube top');
INSERT INTO versions (app, name, first_day, last_day, installs, away) VALUES ('pace', 'v1', 20513, 20533, 4, 0);
INSERT INTO versions (app, name, first_day, last_day, installs, away) VALUES ('pace', 'v2', 20523, 20533, 2, 0);
INSERT INTO versions (app, name, first_day, last_day, installs, away) VALUES ('kube', '1.0', 20533, 20533, 1, 0);
INSERT INTO recent VALUES (1,0,'darwin',20523,1000,-1);
INSERT INTO recent VALUES (1,0,'darwin',20523,1001,-1);
INSERT INTO recent VALUES (1,0,'darwin',20533,-1,1);
INSERT INTO recent VALUES (1,0,'darwin',20533,0,1);
INSERT INTO recent VALUES (1,0,'darwin',20533,1,1);
INSERT INTO recent VALUES (1,0,'darwin',20533,1000,1);
INSERT INTO recent VALUES (1,0,'darwin',20533,1001,1);
INSERT INTO recent VALUES (1,0,'darwin',20533,1002,1);
INSERT INTO recent VALUES (1,0,'linux',20523,1000,-2);
INSERT INTO recent VALUES (1,0,'linux',20523,1001,-2);
INSERT INTO recent VALUES (1,0,'linux',20533,-1,2);
INSERT INTO recent VALUES (1,0,'linux',20533,0,2);
INSERT INTO recent VALUES (1,0,'linux',20533,1,2);
INSERT INTO recent VALUES (1,0,'linux',20533,1000,2);
INSERT INTO recent VALUES (1,0,'linux',20533,1001,2);
INSERT INTO recent VALUES (1,0,'linux',20533,1002,2);
INSERT INTO recent VALUES (1,1,'linux',20523,1000,-1);
INSERT INTO recent VALUES (1,1,'linux',20523,1001,-1);
INSERT INTO recent VALUES (1,1,'linux',20523,1003,-1);
INSERT INTO recent VALUES (1,1,'linux',20533,-1,1);
INSERT INTO recent VALUES (1,1,'linux',20533,0,1);
INSERT INTO recent VALUES (1,1,'linux',20533,1,1);
INSERT INTO recent VALUES (1,1,'linux',20533,1000,1);
INSERT INTO recent VALUES (1,1,'linux',20533,1001,1);
INSERT INTO recent VALUES (1,1,'linux',20533,1002,1);
INSERT INTO recent VALUES (1,1,'linux',20533,1003,1);
INSERT INTO recent VALUES (1,2,'darwin',20523,1000,-1);
INSERT INTO recent VALUES (1,2,'darwin',20523,1001,-1);
INSERT INTO recent VALUES (1,2,'darwin',20523,1003,-1);
INSERT INTO recent VALUES (1,2,'darwin',20533,-1,1);
INSERT INTO recent VALUES (1,2,'darwin',20533,0,1);
INSERT INTO recent VALUES (1,2,'darwin',20533,1,1);
INSERT INTO recent VALUES (1,2,'darwin',20533,1000,1);
INSERT INTO recent VALUES (1,2,'darwin',20533,1001,1);
INSERT INTO recent VALUES (1,2,'darwin',20533,1002,1);
INSERT INTO recent VALUES (1,2,'darwin',20533,1003,1);
INSERT INTO recent VALUES (1,2,'linux',20523,1000,-1);
INSERT INTO recent VALUES (1,2,'linux',20523,1001,-1);
INSERT INTO recent VALUES (1,2,'linux',20523,1003,-1);
INSERT INTO recent VALUES (1,2,'linux',20533,-1,1);
INSERT INTO recent VALUES (1,2,'linux',20533,0,1);
INSERT INTO recent VALUES (1,2,'linux',20533,1,1);
INSERT INTO recent VALUES (1,2,'linux',20533,1000,1);
INSERT INTO recent VALUES (1,2,'linux',20533,1001,1);
INSERT INTO recent VALUES (1,2,'linux',20533,1002,1);
INSERT INTO recent VALUES (1,2,'linux',20533,1003,1);
INSERT INTO recent VALUES (2,0,'darwin',20523,1000,-1);
INSERT INTO recent VALUES (2,0,'darwin',20533,0,1);
INSERT INTO recent VALUES (2,0,'darwin',20533,1000,1);
INSERT INTO recent VALUES (2,0,'darwin',20533,1002,1);
INSERT INTO recent VALUES (2,0,'linux',20523,1000,-2);
INSERT INTO recent VALUES (2,0,'linux',20533,0,2);
INSERT INTO recent VALUES (2,0,'linux',20533,1000,2);
INSERT INTO recent VALUES (2,0,'linux',20533,1002,2);
INSERT INTO recent VALUES (2,1,'linux',20523,1000,-1);
INSERT INTO recent VALUES (2,1,'linux',20533,0,1);
INSERT INTO recent VALUES (2,1,'linux',20533,1000,1);
INSERT INTO recent VALUES (2,1,'linux',20533,1002,1);
INSERT INTO recent VALUES (2,2,'darwin',20523,1000,-1);
INSERT INTO recent VALUES (2,2,'darwin',20533,0,1);
INSERT INTO recent VALUES (2,2,'darwin',20533,1000,1);
INSERT INTO recent VALUES (2,2,'darwin',20533,1002,1);
INSERT INTO recent VALUES (2,2,'linux',20523,1000,-1);
INSERT INTO recent VALUES (2,2,'linux',20533,0,1);
INSERT INTO recent VALUES (2,2,'linux',20533,1000,1);
INSERT INTO recent VALUES (2,2,'linux',20533,1002,1);
INSERT INTO recent VALUES (3,0,'darwin',20523,1000,-1);
INSERT INTO recent VALUES (3,0,'darwin',20523,1001,-1);
INSERT INTO recent VALUES (3,0,'darwin',20533,-1,1);
INSERT INTO recent VALUES (3,0,'darwin',20533,1,1);
INSERT INTO recent VALUES (3,0,'darwin',20533,1000,1);
INSERT INTO recent VALUES (3,0,'darwin',20533,1001,1);
INSERT INTO recent VALUES (3,0,'darwin',20533,1002,1);
INSERT INTO recent VALUES (3,0,'linux',20523,1000,-2);
INSERT INTO recent VALUES (3,0,'linux',20523,1001,-2);
INSERT INTO recent VALUES (3,0,'linux',20533,-1,2);
INSERT INTO recent VALUES (3,0,'linux',20533,1,2);
INSERT INTO recent VALUES (3,0,'linux',20533,1000,2);
INSERT INTO recent VALUES (3,0,'linux',20533,1001,2);
INSERT INTO recent VALUES (3,0,'linux',20533,1002,2);
INSERT INTO recent VALUES (3,1,'linux',20523,1000,-1);
INSERT INTO recent VALUES (3,1,'linux',20523,1001,-1);
INSERT INTO recent VALUES (3,1,'linux',20533,-1,1);
INSERT INTO recent VALUES (3,1,'linux',20533,1,1);
INSERT INTO recent VALUES (3,1,'linux',20533,1000,1);
INSERT INTO recent VALUES (3,1,'linux',20533,1001,1);
INSERT INTO recent VALUES (3,1,'linux',20533,1002,1);
INSERT INTO recent VALUES (3,2,'darwin',20523,1000,-1);
INSERT INTO recent VALUES (3,2,'darwin',20523,1001,-1);
INSERT INTO recent VALUES (3,2,'darwin',20533,-1,1);
INSERT INTO recent VALUES (3,2,'darwin',20533,1,1);
INSERT INTO recent VALUES (3,2,'darwin',20533,1000,1);
INSERT INTO recent VALUES (3,2,'darwin',20533,1001,1);
INSERT INTO recent VALUES (3,2,'darwin',20533,1002,1);
INSERT INTO recent VALUES (3,2,'linux',20523,1000,-1);
INSERT INTO recent VALUES (3,2,'linux',20523,1001,-1);
INSERT INTO recent VALUES (3,2,'linux',20533,-1,1);
INSERT INTO recent VALUES (3,2,'linux',20533,1,1);
INSERT INTO recent VALUES (3,2,'linux',20533,1000,1);
INSERT INTO recent VALUES (3,2,'linux',20533,1001,1);
INSERT INTO recent VALUES (3,2,'linux',20533,1002,1);
INSERT INTO recent VALUES (4,0,'linux',20533,130,7);
INSERT INTO recent VALUES (4,0,'linux',20533,1000,1);
INSERT INTO recent VALUES (4,0,'linux',20533,1001,1);
INSERT INTO recent VALUES (4,0,'linux',20533,1002,1);
INSERT INTO recent VALUES (4,3,'linux',20533,130,7);
INSERT INTO recent VALUES (4,3,'linux',20533,1000,1);
INSERT INTO recent VALUES (4,3,'linux',20533,1001,1);
INSERT INTO recent VALUES (4,3,'linux',20533,1002,1);
INSERT INTO recent VALUES (4,3,'linux',20533,1003,1);
INSERT INTO recent VALUES (5,0,'linux',20533,130,7);
INSERT INTO recent VALUES (5,0,'linux',20533,1000,1);
INSERT INTO recent VALUES (5,0,'linux',20533,1001,1);
INSERT INTO recent VALUES (5,0,'linux',20533,1002,1);
INSERT INTO recent VALUES (5,3,'linux',20533,130,7);
INSERT INTO recent VALUES (5,3,'linux',20533,1000,1);
INSERT INTO recent VALUES (5,3,'linux',20533,1001,1);
INSERT INTO recent VALUES (5,3,'linux',20533,1002,1);
INSERT INTO recent VALUES (5,3,'linux',20533,1004,1);
INSERT INTO recent VALUES (5,3,'linux',20533,1005,1);
INSERT INTO history VALUES (1,0,'',20523,HEX(c2c0020700140210d40f08140f010800080208d00f08d20f08d40f08));
INSERT INTO history VALUES (1,0,'darwin',20523,HEX(c2c0020700080204d40f02140f010200020202d00f02d20f02d40f02));
INSERT INTO history VALUES (1,0,'linux',20523,HEX(c2c00207000c020cd40f06140f010600060206d00f06d20f06d40f06));
INSERT INTO history VALUES (1,1,'',20523,HEX(c2c0020d00140210d00f04d20f04d40f081412010400040204d00f04d20f04d40f04d60f04));
INSERT INTO history VALUES (1,1,'darwin',20513,HEX(c2c0020d00080204d00f02d20f02d40f02));
INSERT INTO history VALUES (1,1,'linux',20523,HEX(c2c0020d000c020cd00f02d20f02d40f061412010400040204d00f04d20f04d40f04d60f04));
INSERT INTO history VALUES (1,2,'',20523,HEX(d6c00212010400040204d00f04d20f04d40f04d60f04));
INSERT INTO history VALUES (1,2,'darwin',20523,HEX(d6c00212010200020202d00f02d20f02d40f02d60f02));
INSERT INTO history VALUES (1,2,'linux',20523,HEX(d6c00212010200020202d00f02d20f02d40f02d60f02));
INSERT INTO history VALUES (2,0,'',20523,HEX(c2c002050014d40f0814080008d00f08d40f08));
INSERT INTO history VALUES (2,0,'darwin',20523,HEX(c2c002050008d40f0214080002d00f02d40f02));
INSERT INTO history VALUES (2,0,'linux',20523,HEX(c2c00205000cd40f0614080006d00f06d40f06));
INSERT INTO history VALUES (2,1,'',20523,HEX(c2c0020b0014d00f04d40f08d80f0814080004d00f04d40f04));
INSERT INTO history VALUES (2,1,'darwin',20513,HEX(c2c0020b0008d00f02d40f02d80f02));
INSERT INTO history VALUES (2,1,'linux',20523,HEX(c2c0020b000cd00f02d40f06d80f0614080004d00f04d40f04));
INSERT INTO history VALUES (2,2,'',20523,HEX(d6c0020b0004d00f04d40f04d80f04));
INSERT INTO history VALUES (2,2,'darwin',20523,HEX(d6c0020b0002d00f02d40f02d80f02));
INSERT INTO history VALUES (2,2,'linux',20523,HEX(d6c0020b0002d00f02d40f02d80f02));
INSERT INTO history VALUES (3,0,'',20523,HEX(c2c002050210d40f08140d01080208d00f08d20f08d40f08));
INSERT INTO history VALUES (3,0,'darwin',20523,HEX(c2c002050204d40f02140d01020202d00f02d20f02d40f02));
INSERT INTO history VALUES (3,0,'linux',20523,HEX(c2c00205020cd40f06140d01060206d00f06d20f06d40f06));
INSERT INTO history VALUES (3,1,'',20523,HEX(c2c002110210d00f04d20f04d40f08d80f08da0f08140d01040204d00f04d20f04d40f04));
INSERT INTO history VALUES (3,1,'darwin',20513,HEX(c2c002110204d00f02d20f02d40f02d80f02da0f02));
INSERT INTO history VALUES (3,1,'linux',20523,HEX(c2c00211020cd00f02d20f02d40f06d80f06da0f06140d01040204d00f04d20f04d40f04));
INSERT INTO history VALUES (3,2,'',20523,HEX(d6c0021301040204d00f04d20f04d40f04d80f04da0f04));
INSERT INTO history VALUES (3,2,'darwin',20523,HEX(d6c0021301020202d00f02d20f02d40f02d80f02da0f02));
INSERT INTO history VALUES (3,2,'linux',20523,HEX(d6c0021301020202d00f02d20f02d40f02d80f02da0f02));
INSERT INTO windows VALUES (20513,1,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20513,1,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20513,1,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20513,1,1,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20513,1,1,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20513,1,1,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20513,2,0,'',4,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20513,2,0,'darwin',1,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20513,2,0,'linux',3,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20513,3,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20513,3,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20513,3,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20514,1,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20514,1,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20514,1,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20514,1,1,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20514,1,1,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20514,1,1,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20514,2,0,'',4,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20514,2,0,'darwin',1,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20514,2,0,'linux',3,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20514,3,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20514,3,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20514,3,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20515,1,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20515,1,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20515,1,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20515,1,1,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20515,1,1,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20515,1,1,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20515,2,0,'',4,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20515,2,0,'darwin',1,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20515,2,0,'linux',3,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20515,3,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20515,3,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20515,3,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20516,1,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20516,1,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20516,1,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20516,1,1,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20516,1,1,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20516,1,1,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20516,2,0,'',4,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20516,2,0,'darwin',1,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20516,2,0,'linux',3,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20516,3,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20516,3,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20516,3,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20517,1,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20517,1,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20517,1,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20517,1,1,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20517,1,1,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20517,1,1,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20517,2,0,'',4,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20517,2,0,'darwin',1,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20517,2,0,'linux',3,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20517,3,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20517,3,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20517,3,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20518,1,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20518,1,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20518,1,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20518,1,1,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20518,1,1,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20518,1,1,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20518,2,0,'',4,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20518,2,0,'darwin',1,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20518,2,0,'linux',3,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20518,3,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20518,3,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20518,3,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20519,1,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20519,1,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20519,1,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20519,1,1,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20519,1,1,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20519,1,1,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20519,2,0,'',4,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20519,2,0,'darwin',1,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20519,2,0,'linux',3,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20519,3,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20519,3,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20519,3,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20520,1,0,'',0,4,4,4,0,4,4,4);
INSERT INTO windows VALUES (20520,1,0,'darwin',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20520,1,0,'linux',0,3,3,3,0,3,3,3);
INSERT INTO windows VALUES (20520,1,1,'',0,4,4,4,0,4,4,4);
INSERT INTO windows VALUES (20520,1,1,'darwin',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20520,1,1,'linux',0,3,3,3,0,3,3,3);
INSERT INTO windows VALUES (20520,2,0,'',0,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20520,2,0,'darwin',0,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20520,2,0,'linux',0,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20520,3,0,'',0,4,4,4,0,4,4,4);
INSERT INTO windows VALUES (20520,3,0,'darwin',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20520,3,0,'linux',0,3,3,3,0,3,3,3);
INSERT INTO windows VALUES (20521,1,0,'',0,4,4,4,0,4,4,4);
INSERT INTO windows VALUES (20521,1,0,'darwin',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20521,1,0,'linux',0,3,3,3,0,3,3,3);
INSERT INTO windows VALUES (20521,1,1,'',0,4,4,4,0,4,4,4);
INSERT INTO windows VALUES (20521,1,1,'darwin',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20521,1,1,'linux',0,3,3,3,0,3,3,3);
INSERT INTO windows VALUES (20521,2,0,'',0,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20521,2,0,'darwin',0,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20521,2,0,'linux',0,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20521,3,0,'',0,4,4,4,0,4,4,4);
INSERT INTO windows VALUES (20521,3,0,'darwin',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20521,3,0,'linux',0,3,3,3,0,3,3,3);
INSERT INTO windows VALUES (20522,1,0,'',0,4,4,4,0,4,4,4);
INSERT INTO windows VALUES (20522,1,0,'darwin',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20522,1,0,'linux',0,3,3,3,0,3,3,3);
INSERT INTO windows VALUES (20522,1,1,'',0,4,4,4,0,4,4,4);
INSERT INTO windows VALUES (20522,1,1,'darwin',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20522,1,1,'linux',0,3,3,3,0,3,3,3);
INSERT INTO windows VALUES (20522,2,0,'',0,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20522,2,0,'darwin',0,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20522,2,0,'linux',0,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20522,3,0,'',0,4,4,4,0,4,4,4);
INSERT INTO windows VALUES (20522,3,0,'darwin',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20522,3,0,'linux',0,3,3,3,0,3,3,3);
INSERT INTO windows VALUES (20523,1,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20523,1,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20523,1,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20523,1,1,'',2,2,2,2,2,4,4,4);
INSERT INTO windows VALUES (20523,1,1,'darwin',0,0,0,0,0,1,1,1);
INSERT INTO windows VALUES (20523,1,1,'linux',2,2,2,2,2,3,3,3);
INSERT INTO windows VALUES (20523,1,2,'',2,2,2,2,2,2,2,2);
INSERT INTO windows VALUES (20523,1,2,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20523,1,2,'linux',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20523,2,0,'',4,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20523,2,0,'darwin',1,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20523,2,0,'linux',3,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20523,3,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20523,3,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20523,3,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20524,1,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20524,1,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20524,1,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20524,1,1,'',2,2,2,2,2,4,4,4);
INSERT INTO windows VALUES (20524,1,1,'darwin',0,0,0,0,0,1,1,1);
INSERT INTO windows VALUES (20524,1,1,'linux',2,2,2,2,2,3,3,3);
INSERT INTO windows VALUES (20524,1,2,'',2,2,2,2,2,2,2,2);
INSERT INTO windows VALUES (20524,1,2,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20524,1,2,'linux',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20524,2,0,'',4,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20524,2,0,'darwin',1,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20524,2,0,'linux',3,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20524,3,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20524,3,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20524,3,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20525,1,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20525,1,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20525,1,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20525,1,1,'',2,2,2,2,2,4,4,4);
INSERT INTO windows VALUES (20525,1,1,'darwin',0,0,0,0,0,1,1,1);
INSERT INTO windows VALUES (20525,1,1,'linux',2,2,2,2,2,3,3,3);
INSERT INTO windows VALUES (20525,1,2,'',2,2,2,2,2,2,2,2);
INSERT INTO windows VALUES (20525,1,2,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20525,1,2,'linux',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20525,2,0,'',4,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20525,2,0,'darwin',1,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20525,2,0,'linux',3,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20525,3,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20525,3,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20525,3,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20526,1,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20526,1,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20526,1,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20526,1,1,'',2,2,2,2,2,4,4,4);
INSERT INTO windows VALUES (20526,1,1,'darwin',0,0,0,0,0,1,1,1);
INSERT INTO windows VALUES (20526,1,1,'linux',2,2,2,2,2,3,3,3);
INSERT INTO windows VALUES (20526,1,2,'',2,2,2,2,2,2,2,2);
INSERT INTO windows VALUES (20526,1,2,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20526,1,2,'linux',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20526,2,0,'',4,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20526,2,0,'darwin',1,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20526,2,0,'linux',3,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20526,3,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20526,3,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20526,3,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20527,1,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20527,1,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20527,1,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20527,1,1,'',2,2,2,2,2,4,4,4);
INSERT INTO windows VALUES (20527,1,1,'darwin',0,0,0,0,0,1,1,1);
INSERT INTO windows VALUES (20527,1,1,'linux',2,2,2,2,2,3,3,3);
INSERT INTO windows VALUES (20527,1,2,'',2,2,2,2,2,2,2,2);
INSERT INTO windows VALUES (20527,1,2,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20527,1,2,'linux',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20527,2,0,'',4,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20527,2,0,'darwin',1,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20527,2,0,'linux',3,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20527,3,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20527,3,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20527,3,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20528,1,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20528,1,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20528,1,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20528,1,1,'',2,2,2,2,2,4,4,4);
INSERT INTO windows VALUES (20528,1,1,'darwin',0,0,0,0,0,1,1,1);
INSERT INTO windows VALUES (20528,1,1,'linux',2,2,2,2,2,3,3,3);
INSERT INTO windows VALUES (20528,1,2,'',2,2,2,2,2,2,2,2);
INSERT INTO windows VALUES (20528,1,2,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20528,1,2,'linux',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20528,2,0,'',4,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20528,2,0,'darwin',1,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20528,2,0,'linux',3,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20528,3,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20528,3,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20528,3,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20529,1,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20529,1,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20529,1,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20529,1,1,'',2,2,2,2,2,4,4,4);
INSERT INTO windows VALUES (20529,1,1,'darwin',0,0,0,0,0,1,1,1);
INSERT INTO windows VALUES (20529,1,1,'linux',2,2,2,2,2,3,3,3);
INSERT INTO windows VALUES (20529,1,2,'',2,2,2,2,2,2,2,2);
INSERT INTO windows VALUES (20529,1,2,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20529,1,2,'linux',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20529,2,0,'',4,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20529,2,0,'darwin',1,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20529,2,0,'linux',3,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20529,3,0,'',4,4,4,4,4,4,4,4);
INSERT INTO windows VALUES (20529,3,0,'darwin',1,1,1,1,1,1,1,1);
INSERT INTO windows VALUES (20529,3,0,'linux',3,3,3,3,3,3,3,3);
INSERT INTO windows VALUES (20530,1,0,'',0,4,4,4,0,4,4,4);
INSERT INTO windows VALUES (20530,1,0,'darwin',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20530,1,0,'linux',0,3,3,3,0,3,3,3);
INSERT INTO windows VALUES (20530,1,1,'',0,2,2,2,0,4,4,4);
INSERT INTO windows VALUES (20530,1,1,'darwin',0,0,0,0,0,1,1,1);
INSERT INTO windows VALUES (20530,1,1,'linux',0,2,2,2,0,3,3,3);
INSERT INTO windows VALUES (20530,1,2,'',0,2,2,2,0,2,2,2);
INSERT INTO windows VALUES (20530,1,2,'darwin',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20530,1,2,'linux',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20530,2,0,'',0,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20530,2,0,'darwin',0,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20530,2,0,'linux',0,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20530,3,0,'',0,4,4,4,0,4,4,4);
INSERT INTO windows VALUES (20530,3,0,'darwin',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20530,3,0,'linux',0,3,3,3,0,3,3,3);
INSERT INTO windows VALUES (20531,1,0,'',0,4,4,4,0,4,4,4);
INSERT INTO windows VALUES (20531,1,0,'darwin',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20531,1,0,'linux',0,3,3,3,0,3,3,3);
INSERT INTO windows VALUES (20531,1,1,'',0,2,2,2,0,4,4,4);
INSERT INTO windows VALUES (20531,1,1,'darwin',0,0,0,0,0,1,1,1);
INSERT INTO windows VALUES (20531,1,1,'linux',0,2,2,2,0,3,3,3);
INSERT INTO windows VALUES (20531,1,2,'',0,2,2,2,0,2,2,2);
INSERT INTO windows VALUES (20531,1,2,'darwin',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20531,1,2,'linux',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20531,2,0,'',0,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20531,2,0,'darwin',0,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20531,2,0,'linux',0,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20531,3,0,'',0,4,4,4,0,4,4,4);
INSERT INTO windows VALUES (20531,3,0,'darwin',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20531,3,0,'linux',0,3,3,3,0,3,3,3);
INSERT INTO windows VALUES (20532,1,0,'',0,4,4,4,0,4,4,4);
INSERT INTO windows VALUES (20532,1,0,'darwin',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20532,1,0,'linux',0,3,3,3,0,3,3,3);
INSERT INTO windows VALUES (20532,1,1,'',0,2,2,2,0,4,4,4);
INSERT INTO windows VALUES (20532,1,1,'darwin',0,0,0,0,0,1,1,1);
INSERT INTO windows VALUES (20532,1,1,'linux',0,2,2,2,0,3,3,3);
INSERT INTO windows VALUES (20532,1,2,'',0,2,2,2,0,2,2,2);
INSERT INTO windows VALUES (20532,1,2,'darwin',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20532,1,2,'linux',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20532,2,0,'',0,4,4,4,0,0,0,0);
INSERT INTO windows VALUES (20532,2,0,'darwin',0,1,1,1,0,0,0,0);
INSERT INTO windows VALUES (20532,2,0,'linux',0,3,3,3,0,0,0,0);
INSERT INTO windows VALUES (20532,3,0,'',0,4,4,4,0,4,4,4);
INSERT INTO windows VALUES (20532,3,0,'darwin',0,1,1,1,0,1,1,1);
INSERT INTO windows VALUES (20532,3,0,'linux',0,3,3,3,0,3,3,3);
INSERT INTO weeks VALUES ('kube','linux',2933,2933,1,0);
INSERT INTO weeks VALUES ('pace','darwin',2930,2930,1,0);
INSERT INTO weeks VALUES ('pace','linux',2930,2930,3,0);
INSERT INTO weeks VALUES ('pace','darwin',2930,2932,1,0);
INSERT INTO weeks VALUES ('pace','linux',2930,2932,3,0);
INSERT INTO weeks VALUES ('pace','darwin',2930,2933,1,1);
INSERT INTO weeks VALUES ('pace','linux',2930,2933,2,2);
