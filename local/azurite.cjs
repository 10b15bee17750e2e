"use strict";
// Starts Azurite so that a killed one has lost nothing it acknowledged, and an orphaned one ends.
//
// Azurite holds its metadata in memory (LokiJS) and saves all of it every 5 seconds: what it
// acknowledged since then dies with it. Here each change is also appended to a journal beside the
// database, before the answer leaves; a start replays the journal over the last save. A save then
// only bounds the journal's length, so it may be rare (10,000 blobs: all requests wait for 0.15 s).
//
// While the journal cannot be written - the disk is full - nothing is acknowledged: requests under
// way get no answer, new ones a 503. What was not written yet is tried again with each of them.

const fs = require("fs");
const http = require("http");
const https = require("https");
const path = require("path");
const Loki = require("lokijs");

const SAVE_INTERVAL_MS = 30_000;
const LAST_SAVE_MS = 8_000;

class Journal {
  constructor(database) {
    this.prefix = `${database.filename}.journal.`;
    this.file = undefined;
    this.end = 0; // of its last whole line: what a failed write left behind it is overwritten
    this.pending = [];
    this.lines = [];
  }

  generations() {
    const name = path.basename(this.prefix);
    return fs
      .readdirSync(path.dirname(this.prefix))
      .filter((entry) => entry.startsWith(name))
      .map((entry) => Number(entry.slice(name.length)))
      .sort((left, right) => left - right);
  }

  // What one step of Azurite changes (an overwrite removes and inserts) is one line: all or nothing.
  append(change) {
    if (this.file === undefined) return; // nothing is served before the first save
    if (this.pending.push(JSON.stringify(change)) === 1) queueMicrotask(() => this.flush());
  }

  flush() {
    if (this.pending.length > 0) this.lines.push(`[${this.pending.join(",")}]\n`);
    this.pending = [];
    if (this.lines.length === 0) return;
    try {
      this.write(Buffer.from(this.lines.join("")));
      this.lines = [];
      behind.delete(this);
    } catch (error) {
      if (!behind.size) console.error(`The storage cannot write ${this.prefix}*: ${error.message}.`);
      behind.add(this);
    }
  }

  write(bytes) {
    for (let written = 0; written < bytes.length; ) {
      written += fs.writeSync(this.file, bytes, written, bytes.length - written, this.end + written);
    }
    this.end += bytes.length;
  }

  // From here on changes go to a new file; the answer deletes the older ones, once they are saved.
  rotate() {
    this.flush();
    const older = this.generations();
    const next = fs.openSync(`${this.prefix}${(older.at(-1) ?? 0) + 1}`, "wx");
    if (this.file !== undefined) fs.closeSync(this.file);
    this.file = next;
    this.end = 0;
    return () => older.forEach((number) => fs.rmSync(`${this.prefix}${number}`, { force: true }));
  }

  // Up to the first line that is broken, if one is: what follows it may rest on what it said.
  *changes() {
    for (const number of this.generations()) {
      const lines = fs.readFileSync(`${this.prefix}${number}`, "utf8").split("\n");
      lines.pop(); // what follows the last line end: nothing, or a line that was not acknowledged
      for (const [index, line] of lines.entries()) {
        const step = parsed(line);
        if (!Array.isArray(step)) return this.setAside(number, index + 1);
        yield* step;
      }
    }
  }

  // The journal is kept under other names, for the next save deletes it.
  setAside(number, line) {
    const copies = this.generations().filter((each) => each >= number);
    const name = (each) => this.prefix.replace(/journal\.$/, `broken-journal.${each}`);
    copies.forEach((each) => fs.copyFileSync(`${this.prefix}${each}`, name(each)));
    console.error(
      `The storage's journal ${this.prefix}${number} is broken at line ${line}: ` +
        `the changes from there on are left out. They are kept in ${name(number)}.`,
    );
  }
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

// The journals that lack what memory has.
const behind = new Set();

function isBehind() {
  behind.forEach((journal) => journal.flush());
  return behind.size > 0;
}

const journals = new WeakMap();

function journalOf(database) {
  if (database.persistenceMethod !== "fs") return undefined;
  if (!journals.has(database)) journals.set(database, new Journal(database));
  return journals.get(database);
}

function record(database, change) {
  if (!database.isLoading) journalOf(database)?.append(change);
}

function watch(database, collection) {
  const put = (document) => record(database, { in: collection.name, put: document });
  collection.on("insert", (inserted) => [].concat(inserted).forEach(put));
  collection.on("update", put);
  collection.on("delete", (document) =>
    record(database, { in: collection.name, drop: document.$loki }),
  );
}

function replay(database, changes) {
  const touched = new Map();
  for (const change of changes) {
    if (change.create) database.addCollection(change.create, change.options);
    else if (change.remove) database.removeCollection(change.remove);
    else apply(database.getCollection(change.in), change, touched);
  }
  touched.forEach((documents, collection) => restore(collection, documents));
}

function apply(collection, change, touched) {
  if (!collection) return; // removed further on in the journal
  if (!touched.has(collection)) {
    touched.set(collection, new Map(collection.data.map((each) => [each.$loki, each])));
  }
  const documents = touched.get(collection);
  if (change.put) {
    documents.set(change.put.$loki, change.put);
    collection.maxId = Math.max(collection.maxId, change.put.$loki);
  } else {
    documents.delete(change.drop);
  }
}

function restore(collection, documents) {
  collection.data = [...documents.values()].sort((left, right) => left.$loki - right.$loki);
  collection.idIndex = null;
  collection.ensureId();
  collection.ensureAllIndexes(true);
  collection.uniqueNames.forEach((field) => collection.ensureUniqueIndex(field));
  collection.dirty = true;
}

const original = { ...Loki.prototype };

Loki.prototype.configureOptions = function (options, ...rest) {
  const rarely = options?.autosave ? { ...options, autosaveInterval: SAVE_INTERVAL_MS } : options;
  return original.configureOptions.call(this, rarely, ...rest);
};

Loki.prototype.addCollection = function (name, options) {
  const known = this.collections.some((collection) => collection.name === name);
  const collection = original.addCollection.call(this, name, options);
  if (known) return collection;
  record(this, { create: name, options });
  watch(this, collection);
  return collection;
};

Loki.prototype.removeCollection = function (name) {
  record(this, { remove: name });
  return original.removeCollection.call(this, name);
};

Loki.prototype.loadDatabaseInternal = function (options, callback) {
  this.isLoading = true;
  return original.loadDatabaseInternal.call(this, options, (error) => {
    if (!error) replay(this, journalOf(this)?.changes() ?? []);
    this.isLoading = false;
    callback(error);
  });
};

Loki.prototype.saveDatabaseInternal = function (callback) {
  let forgetOlder;
  try {
    forgetOlder = journalOf(this)?.rotate();
  } catch (error) {
    console.error(`The storage cannot be saved: ${error.message}. Its journal goes on.`);
    return callback?.(error);
  }
  return original.saveDatabaseInternal.call(this, (error) => {
    if (!error) forgetOlder?.();
    callback(error);
  });
};

const BUSY =
  '<?xml version="1.0" encoding="utf-8"?><Error><Code>ServerBusy</Code>' +
  "<Message>The storage cannot write its journal. Free space on its disk.</Message></Error>";
const writeHead = http.ServerResponse.prototype.writeHead;

// An answer that would acknowledge what is in memory alone never leaves.
http.ServerResponse.prototype.writeHead = function (...head) {
  if (isBehind()) this.destroy();
  return writeHead.apply(this, head);
};

for (const { Server } of [http, https]) {
  const emit = Server.prototype.emit;
  Server.prototype.emit = function (event, ...values) {
    if (event !== "request" || !isBehind()) return emit.call(this, event, ...values);
    const answer = values[1];
    const headers = { "x-ms-error-code": "ServerBusy", "Retry-After": "1", Connection: "close" };
    writeHead.call(answer, 503, { "Content-Type": "application/xml", ...headers });
    answer.end(BUSY);
    return true;
  };
}

// Node reads files 64 KiB at a time, and each time costs Azurite's one thread as much as the bytes.
const READ_BYTES = 1 << 20;
const createReadStream = fs.createReadStream;
fs.createReadStream = (file, options) =>
  createReadStream(file, { highWaterMark: READ_BYTES, ...options });

// The metadata is never synced to the disk, so syncing each blob costs time and protects nothing.
fs.fdatasync = (_descriptor, callback) => setImmediate(callback, null);

// Standard input is a pipe that the parent holds: it ends when the parent does, however it dies.
process.stdin.resume();
process.stdin.unref?.();
process.stdin.once("end", () => {
  setTimeout(() => process.exit(1), LAST_SAVE_MS).unref();
  process.kill(process.pid, "SIGTERM");
});

require("./azurite_values.cjs");
require("./azurite_xml.cjs");
require("azurite/dist/src/azurite.js");
