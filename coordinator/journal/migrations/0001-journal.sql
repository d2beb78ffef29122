-- The record, and what is derived from it. docs/journal.md explains every table.

CREATE TABLE migration (
  version    INTEGER PRIMARY KEY,
  file       TEXT NOT NULL,
  sha256     TEXT NOT NULL,
  applied_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE store (
  id             INTEGER PRIMARY KEY CHECK (id = 1),
  store_id       TEXT NOT NULL,
  created_ms     INTEGER NOT NULL,
  pruned_through INTEGER NOT NULL DEFAULT 0,
  pruned_ms      INTEGER NOT NULL DEFAULT 0,
  pruned_hash    BLOB NOT NULL DEFAULT (zeroblob(32)) CHECK (length(pruned_hash) = 32)
) STRICT;

-- Vocabulary: what the numbers in the columns of the same name mean.

CREATE TABLE kind (kind INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO kind VALUES
  (1, 'decision'), (2, 'node'), (3, 'daemon-set'), (4, 'agent'), (5, 'assignment'), (6, 'pod'), (7, 'drift'),
  (8, 'coordinator');

CREATE TABLE action (action INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO action VALUES
  (1, 'added'), (2, 'changed'), (3, 'removed'), (4, 'rejected'), (5, 'accepted'), (6, 'connected'),
  (7, 'disconnected'), (8, 'absent'), (9, 'refused'), (10, 'superseded'), (11, 'drained'), (12, 'acknowledged'),
  (13, 'began'), (14, 'ended'), (15, 'started'), (16, 'stopped'), (17, 'problem'),
  (18, 'pruned');

CREATE TABLE cause_trigger (cause_trigger INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO cause_trigger VALUES
  (1, 'node-report'), (2, 'daemon-set-change'), (3, 'roll-change'), (4, 'operator'), (5, 'restart'),
  (6, 'engine-upgrade'), (7, 'agent');

CREATE TABLE verdict (verdict INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO verdict VALUES (1, 'run'), (2, 'keep'), (3, 'none');

-- Names: written once, then only referred to by number. They are part of the record.

CREATE TABLE node (node_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE daemon_set (
  daemon_set_id INTEGER PRIMARY KEY,
  namespace     TEXT NOT NULL,
  name          TEXT NOT NULL,
  UNIQUE (name, namespace)
) STRICT;
CREATE TABLE actor (actor_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE engine (engine_id INTEGER PRIMARY KEY, version TEXT NOT NULL UNIQUE) STRICT;

-- The record.

CREATE TABLE event (
  seq            INTEGER PRIMARY KEY,
  recorded_ms    INTEGER NOT NULL,
  lag_ms         INTEGER NOT NULL,
  kind           INTEGER NOT NULL,
  action         INTEGER,
  node_id        INTEGER,
  daemon_set_id  INTEGER,
  cause_trigger  INTEGER NOT NULL,
  cause_seq      INTEGER NOT NULL CHECK (cause_seq < seq),
  actor_id       INTEGER,
  engine_id      INTEGER,
  verdict_before INTEGER,
  verdict        INTEGER,
  body           TEXT,
  hash           BLOB NOT NULL CHECK (length(hash) = 32),
  CHECK ((kind = 1) = (body IS NULL))
) STRICT;
-- Every index ends with the row's seq, as all of SQLite's do. Decisions are most of the record: by node they are found pair by
-- pair, because an index by node would be written to in thousands of places whenever one DaemonSet changes.
CREATE INDEX event_by_pair ON event (daemon_set_id, node_id) WHERE kind = 1;
CREATE INDEX event_by_daemon_set ON event (daemon_set_id, kind) WHERE daemon_set_id IS NOT NULL;
CREATE INDEX event_by_node ON event (node_id, kind) WHERE node_id IS NOT NULL AND kind <> 1;
CREATE INDEX event_by_kind ON event (kind) WHERE kind <> 1;
CREATE INDEX event_by_cause ON event (cause_seq) WHERE cause_seq > 0;
CREATE INDEX event_by_trigger ON event (cause_trigger) WHERE cause_trigger > 2;

-- Append-only, whoever writes. Demanding the next seq also refuses INSERT OR REPLACE.

CREATE TRIGGER event_in_order BEFORE INSERT ON event
WHEN NEW.seq IS NOT coalesce((SELECT max(seq) FROM event), (SELECT pruned_through FROM store)) + 1
BEGIN SELECT raise(ABORT, 'event: not the next seq'); END;
CREATE TRIGGER event_no_update BEFORE UPDATE ON event
BEGIN SELECT raise(ABORT, 'event: append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event
WHEN OLD.seq > (SELECT pruned_through FROM store)
BEGIN SELECT raise(ABORT, 'event: append-only'); END;

CREATE TRIGGER node_no_replace BEFORE INSERT ON node
WHEN EXISTS (SELECT 1 FROM node WHERE node_id = NEW.node_id OR name = NEW.name)
BEGIN SELECT raise(ABORT, 'node: append-only'); END;
CREATE TRIGGER node_no_update BEFORE UPDATE ON node
BEGIN SELECT raise(ABORT, 'node: append-only'); END;
CREATE TRIGGER node_no_delete BEFORE DELETE ON node
BEGIN SELECT raise(ABORT, 'node: append-only'); END;
CREATE TRIGGER daemon_set_no_replace BEFORE INSERT ON daemon_set
WHEN EXISTS (SELECT 1 FROM daemon_set
  WHERE daemon_set_id = NEW.daemon_set_id OR (name = NEW.name AND namespace = NEW.namespace))
BEGIN SELECT raise(ABORT, 'daemon_set: append-only'); END;
CREATE TRIGGER daemon_set_no_update BEFORE UPDATE ON daemon_set
BEGIN SELECT raise(ABORT, 'daemon_set: append-only'); END;
CREATE TRIGGER daemon_set_no_delete BEFORE DELETE ON daemon_set
BEGIN SELECT raise(ABORT, 'daemon_set: append-only'); END;
CREATE TRIGGER actor_no_replace BEFORE INSERT ON actor
WHEN EXISTS (SELECT 1 FROM actor WHERE actor_id = NEW.actor_id OR name = NEW.name)
BEGIN SELECT raise(ABORT, 'actor: append-only'); END;
CREATE TRIGGER actor_no_update BEFORE UPDATE ON actor
BEGIN SELECT raise(ABORT, 'actor: append-only'); END;
CREATE TRIGGER actor_no_delete BEFORE DELETE ON actor
BEGIN SELECT raise(ABORT, 'actor: append-only'); END;
CREATE TRIGGER engine_no_replace BEFORE INSERT ON engine
WHEN EXISTS (SELECT 1 FROM engine WHERE engine_id = NEW.engine_id OR version = NEW.version)
BEGIN SELECT raise(ABORT, 'engine: append-only'); END;
CREATE TRIGGER engine_no_update BEFORE UPDATE ON engine
BEGIN SELECT raise(ABORT, 'engine: append-only'); END;
CREATE TRIGGER engine_no_delete BEFORE DELETE ON engine
BEGIN SELECT raise(ABORT, 'engine: append-only'); END;

-- Now: what is in force. Derived.

CREATE TABLE placement (
  daemon_set_id INTEGER NOT NULL,
  node_id       INTEGER NOT NULL,
  verdict       INTEGER NOT NULL,
  from_seq      INTEGER NOT NULL,
  since_ms      INTEGER NOT NULL,
  PRIMARY KEY (daemon_set_id, node_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE node_now (
  node_id     INTEGER PRIMARY KEY,
  from_seq    INTEGER NOT NULL,
  observed_ms INTEGER NOT NULL,
  body        TEXT NOT NULL
) STRICT;
CREATE TABLE daemon_set_now (
  daemon_set_id INTEGER PRIMARY KEY,
  from_seq      INTEGER NOT NULL,
  record        TEXT,
  problems      TEXT NOT NULL,
  CHECK ((from_seq = 0) = (record IS NULL))
) STRICT;
CREATE TABLE agent_now (
  node_id          INTEGER PRIMARY KEY,
  acknowledged_seq INTEGER NOT NULL,
  digest           TEXT NOT NULL,
  instance_id      TEXT NOT NULL,
  last_seen_ms     INTEGER NOT NULL,
  is_present       INTEGER NOT NULL        -- 1 from `connected` to `absent`
) STRICT;
CREATE TABLE pod_now (
  node_id     INTEGER PRIMARY KEY,
  from_seq    INTEGER NOT NULL,
  observed_ms INTEGER NOT NULL,
  body        TEXT NOT NULL
) STRICT;
CREATE TABLE drift_now (
  node_id       INTEGER NOT NULL,
  daemon_set_id INTEGER NOT NULL,
  drift_kind    TEXT NOT NULL,
  pod_name      TEXT NOT NULL,
  detail        TEXT NOT NULL,
  since_ms      INTEGER NOT NULL,
  from_seq      INTEGER NOT NULL,
  PRIMARY KEY (node_id, daemon_set_id, drift_kind, pod_name)
) STRICT, WITHOUT ROWID;

-- DaemonSets that were in force and are no more, until they come again. Derived.

CREATE TABLE daemon_set_gone (
  daemon_set_id INTEGER PRIMARY KEY,
  removed_seq   INTEGER NOT NULL
) STRICT;

-- Then: drifts that were in force from from_seq on, and no more from to_seq on. Derived.

CREATE TABLE drift_span (
  to_seq   INTEGER NOT NULL CHECK (to_seq > from_seq),
  from_seq INTEGER NOT NULL,
  PRIMARY KEY (to_seq, from_seq)
) STRICT, WITHOUT ROWID;

-- The record in words, for people.

CREATE VIEW history AS
SELECT
  event.seq,
  strftime('%Y-%m-%dT%H:%M:%fZ', event.recorded_ms / 1000.0, 'unixepoch') AS recorded,
  strftime('%Y-%m-%dT%H:%M:%fZ', (event.recorded_ms - event.lag_ms) / 1000.0, 'unixepoch') AS occurred,
  kind.name AS kind,
  action.name AS action,
  node.name AS node,
  daemon_set.namespace AS namespace,
  daemon_set.name AS daemon_set,
  before.name AS verdict_before,
  after.name AS verdict,
  cause_trigger.name AS cause,
  event.cause_seq,
  actor.name AS actor,
  engine.version AS engine,
  event.body
FROM event
JOIN kind USING (kind)
JOIN cause_trigger USING (cause_trigger)
LEFT JOIN action USING (action)
LEFT JOIN node USING (node_id)
LEFT JOIN daemon_set USING (daemon_set_id)
LEFT JOIN actor USING (actor_id)
LEFT JOIN engine USING (engine_id)
LEFT JOIN verdict AS before ON before.verdict = event.verdict_before
LEFT JOIN verdict AS after ON after.verdict = event.verdict;
