-- Rows about writes to the cluster, and their causes.

INSERT INTO kind VALUES (10, 'write');
INSERT INTO action VALUES (20, 'intended'), (21, 'succeeded'), (22, 'failed'), (23, 'skipped');
INSERT INTO cause_trigger VALUES (9, 'pod-change');

-- Now: intents without an outcome. Derived.

CREATE TABLE write_open (seq INTEGER PRIMARY KEY) STRICT;
