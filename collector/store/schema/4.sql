-- Tables that are read along their key hold their rows in it, where the database
-- can do that: a page reads thousands of them.
CREATE TABLE recent4 (
	command          BIGINT NOT NULL,
	version          BIGINT NOT NULL,
	operating_system TEXT NOT NULL,
	day              BIGINT NOT NULL,
	measure          BIGINT NOT NULL,
	n                BIGINT NOT NULL,
	PRIMARY KEY (command, version, operating_system, day, measure)
) ROWS_IN_KEY;
INSERT INTO recent4 SELECT command, version, operating_system, day, measure, n FROM recent;
DROP TABLE recent;
ALTER TABLE recent4 RENAME TO recent;

CREATE TABLE windows4 (
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
) ROWS_IN_KEY;
INSERT INTO windows4 SELECT day, command, version, operating_system, used7, used30, used90, used365, failed7, failed30, failed90, failed365 FROM windows;
DROP TABLE windows;
ALTER TABLE windows4 RENAME TO windows;
CREATE INDEX windows_day ON windows (day, version, operating_system);

-- Collectors keep in memory what they found in history.
ALTER TABLE clock ADD COLUMN closed BIGINT NOT NULL DEFAULT 0; -- counts the changes of history
