"""The tables, and what each of them holds."""

VERSION = 1

# instances   one row an orchestration instance; its input lies apart, for it never changes
# history     what has happened to an instance, in pieces of wire form, one piece a turn
# inbox       messages on their way to an instance or entity ("@name@key"); due_us 0: at once.
#             A message with an execution id is for that generation of the instance only
# tasks       activities that were scheduled and have not ended
# entities    state, and the critical section that holds the entity's lock
TABLES = """
CREATE TABLE IF NOT EXISTS instances(
  id TEXT PRIMARY KEY, execution_id TEXT NOT NULL, name TEXT NOT NULL, version TEXT,
  status INTEGER NOT NULL, output TEXT, custom_status TEXT, failure BLOB,
  created_us INTEGER NOT NULL, updated_us INTEGER NOT NULL, completed_us INTEGER,
  scheduled_us INTEGER, root_id TEXT NOT NULL,
  parent_id TEXT, parent_execution_id TEXT, parent_task_id INTEGER, tags TEXT);
CREATE INDEX IF NOT EXISTS instances_live ON instances(id) WHERE status IN (0, 6, 7);
CREATE INDEX IF NOT EXISTS instances_parent ON instances(parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS instances_created ON instances(created_us);
CREATE TABLE IF NOT EXISTS inputs(id TEXT PRIMARY KEY, input TEXT);
CREATE TABLE IF NOT EXISTS history(
  piece INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, events BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS history_of ON history(id, piece);
CREATE TABLE IF NOT EXISTS inbox(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL, execution_id TEXT,
  due_us INTEGER NOT NULL, kind TEXT NOT NULL, event BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS inbox_of ON inbox(target);
CREATE TABLE IF NOT EXISTS tasks(
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL, execution_id TEXT NOT NULL,
  task_id INTEGER NOT NULL, root_id TEXT NOT NULL, name TEXT NOT NULL, input TEXT);
CREATE INDEX IF NOT EXISTS tasks_of ON tasks(id);
CREATE TABLE IF NOT EXISTS entities(
  id TEXT PRIMARY KEY, state TEXT, lock_section TEXT, locked_by TEXT,
  created_us INTEGER NOT NULL, updated_us INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS entities_locked ON entities(locked_by) WHERE locked_by IS NOT NULL;
"""
