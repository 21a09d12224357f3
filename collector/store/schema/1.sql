CREATE TABLE IF NOT EXISTS meta (
	name  TEXT PRIMARY KEY,
	value BYTES NOT NULL
);
CREATE TABLE IF NOT EXISTS installs (
	install          BYTES PRIMARY KEY,
	app              TEXT NOT NULL,
	cli_version      TEXT NOT NULL,
	operating_system TEXT NOT NULL,
	first_day        BIGINT NOT NULL,
	last_day         BIGINT NOT NULL,
	marks            BYTES NOT NULL
);
CREATE TABLE IF NOT EXISTS series (
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
CREATE TABLE IF NOT EXISTS shown (
	reader TEXT NOT NULL,
	series BIGINT NOT NULL, -- 0 since the reader is known
	PRIMARY KEY (reader, series)
);
CREATE TABLE IF NOT EXISTS runs (
	day    BIGINT NOT NULL,
	series BIGINT NOT NULL,
	runs   BIGINT NOT NULL,
	PRIMARY KEY (day, series)
);
CREATE TABLE IF NOT EXISTS activity (
	day              BIGINT NOT NULL,
	app              TEXT NOT NULL,
	cli_version      TEXT NOT NULL,
	operating_system TEXT NOT NULL,
	installs         BIGINT NOT NULL,
	latest           BIGINT NOT NULL,
	PRIMARY KEY (day, app, cli_version, operating_system)
);
