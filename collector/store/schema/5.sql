-- The sums are by measure and day now, not by day and measure: columns.go turns
-- them. The days between which they are can be asked for without reading them.
ALTER TABLE history RENAME TO history4;
CREATE TABLE history (
	command          BIGINT NOT NULL,
	version          BIGINT NOT NULL,
	operating_system TEXT NOT NULL, -- empty: all
	first_day        BIGINT NOT NULL,
	last_day         BIGINT NOT NULL,
	sums             BYTES NOT NULL,
	PRIMARY KEY (command, version, operating_system)
);
CREATE INDEX history_days ON history (version, operating_system, command, first_day, last_day);
