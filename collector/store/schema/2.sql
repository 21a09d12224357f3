-- Sums by day of commands, versions and systems, and of installs by the day
-- they last used a command, take the place of runs and activity.

-- The day that reports are counted on, and the newest day that the clock can be
-- trusted to have reached: what is forgotten is reckoned from it.
CREATE TABLE clock (
	day     BIGINT NOT NULL,
	trusted BIGINT NOT NULL,
	kept    BIGINT NOT NULL, -- the first day that is not forgotten
	names   BIGINT NOT NULL  -- counts changes of what collectors keep in memory
);
INSERT INTO clock (day, trusted, kept, names)
	SELECT COALESCE(MAX(day), 0), COALESCE(MAX(day), 0), 0, 0 FROM activity;

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
	installs  BIGINT NOT NULL, -- that ever used it
	UNIQUE (app, name)
);
INSERT INTO commands (app, path) SELECT app, '' FROM activity UNION SELECT app, '' FROM series UNION SELECT app, command FROM series;
INSERT INTO versions (app, name, first_day, last_day, installs)
	SELECT app, cli_version, MIN(day), MAX(day), SUM(latest) FROM (
		SELECT app, cli_version, day, latest FROM activity
		UNION ALL SELECT app, cli_version, created / 86400000, 0 FROM series
	) AS seen GROUP BY app, cli_version;

ALTER TABLE installs ADD COLUMN uses BYTES NOT NULL DEFAULT '';
ALTER TABLE installs ADD COLUMN weeks BIGINT NOT NULL DEFAULT 1; -- bit n: reported n weeks before that of last_day
ALTER TABLE installs ADD COLUMN day_runs BIGINT NOT NULL DEFAULT 0; -- counted on last_day
ALTER TABLE series ADD COLUMN installs BIGINT NOT NULL DEFAULT 1; -- that raised it first
ALTER TABLE series ADD COLUMN rose BIGINT NOT NULL DEFAULT 0; -- the last day
UPDATE series SET rose = created / 86400000;
UPDATE series SET rose = last.day FROM (SELECT series, MAX(day) AS day FROM runs GROUP BY series) AS last WHERE last.series = series.id;

-- What was added to sums since the last day was closed. A measure is an exit
-- code, or one of those of sums.go. Version 0 is all versions.
CREATE TABLE recent (
	command          BIGINT NOT NULL,
	version          BIGINT NOT NULL,
	operating_system TEXT NOT NULL,
	day              BIGINT NOT NULL,
	measure          BIGINT NOT NULL,
	n                BIGINT NOT NULL,
	PRIMARY KEY (command, version, operating_system, day, measure)
);
-- The sums when it was, one row for all days: history.go encodes it.
CREATE TABLE history (
	command          BIGINT NOT NULL,
	version          BIGINT NOT NULL,
	operating_system TEXT NOT NULL, -- empty: all
	last_day         BIGINT NOT NULL,
	sums             BYTES NOT NULL,
	PRIMARY KEY (command, version, operating_system)
);
-- Distinct installs in the 7, 30, 90 and 365 days that ended on a day.
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
CREATE INDEX windows_day ON windows (day);
-- Installs by the week of their first report and a week in which they reported.
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

INSERT INTO recent (command, version, operating_system, day, measure, n)
	SELECT c.id, v.id, s.operating_system, r.day, s.exit_code, r.runs
	FROM runs r JOIN series s ON s.id = r.series JOIN commands c ON c.app = s.app AND c.path = s.command JOIN versions v ON v.app = s.app AND v.name = s.cli_version
	ORDER BY c.id, v.id, s.operating_system, r.day, s.exit_code;
INSERT INTO recent (command, version, operating_system, day, measure, n)
	SELECT command, 0, operating_system, day, measure, SUM(n) FROM recent GROUP BY command, operating_system, day, measure;
INSERT INTO recent (command, version, operating_system, day, measure, n)
	SELECT a.id, r.version, r.operating_system, r.day, r.measure, SUM(r.n)
	FROM recent r JOIN commands c ON c.id = r.command JOIN commands a ON a.app = c.app AND a.path = ''
	GROUP BY a.id, r.version, r.operating_system, r.day, r.measure;
INSERT INTO recent (command, version, operating_system, day, measure, n)
	SELECT c.id, v.id, a.operating_system, a.day, 1002, SUM(a.installs)
	FROM activity a JOIN commands c ON c.app = a.app AND c.path = ''
		JOIN (SELECT app, name, id FROM versions UNION ALL SELECT app, name, 0 FROM versions) AS v ON v.app = a.app AND v.name = a.cli_version
	GROUP BY c.id, v.id, a.operating_system, a.day HAVING SUM(a.installs) <> 0;
INSERT INTO recent (command, version, operating_system, day, measure, n)
	SELECT c.id, v.id, a.operating_system, a.day, CASE WHEN v.id = 0 THEN 1000 ELSE 1003 END, SUM(a.latest)
	FROM activity a JOIN commands c ON c.app = a.app AND c.path = ''
		JOIN (SELECT app, name, id FROM versions UNION ALL SELECT app, name, 0 FROM versions) AS v ON v.app = a.app AND v.name = a.cli_version
	GROUP BY c.id, v.id, a.operating_system, a.day HAVING SUM(a.latest) <> 0;
DELETE FROM installs WHERE app = ''; -- locked once for a report that was refused
UPDATE installs SET weeks = 1 | (CAST(1 AS BIGINT) << CAST((last_day + 3) / 7 - (first_day + 3) / 7 AS INTEGER))
	WHERE (last_day + 3) / 7 - (first_day + 3) / 7 BETWEEN 1 AND 62;
INSERT INTO weeks (app, operating_system, first_week, week, installs, stayed)
	SELECT app, operating_system, first_week, week, COUNT(*), SUM(CASE WHEN week = first_week + 1 THEN 1 ELSE 0 END) FROM (
		SELECT app, operating_system, (first_day + 3) / 7 AS first_week, (last_day + 3) / 7 AS week FROM installs
		UNION ALL SELECT app, operating_system, (first_day + 3) / 7, (first_day + 3) / 7 FROM installs WHERE (first_day + 3) / 7 < (last_day + 3) / 7
	) AS seen GROUP BY app, operating_system, first_week, week;
DROP TABLE runs;
DROP TABLE activity;
