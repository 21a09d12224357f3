-- What few installs report gives way at the bounds to what more do, and what is
-- silent expires: its total stays and comes back with its next run.
ALTER TABLE series ADD COLUMN away BIGINT NOT NULL DEFAULT 0; -- 1: gave way or is silent
ALTER TABLE versions ADD COLUMN away BIGINT NOT NULL DEFAULT 0;

-- How many installs reported what is there was not counted before. So that it is
-- not the first to give way, it gets the most that there can have been.
UPDATE versions SET installs = 1 WHERE installs < 1;
UPDATE series SET installs = COALESCE((SELECT CASE WHEN v.installs < series.total THEN v.installs ELSE series.total END
	FROM versions v WHERE v.app = series.app AND v.name = series.cli_version), 1);
UPDATE series SET installs = 1 WHERE installs < 1;
