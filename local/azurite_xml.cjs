"use strict";
// Writes the XML of listings as Azurite does, to the byte, several times as fast.
//
// Azurite has a tree of objects made of each listing, one for each property of each blob, and that
// written: two fifths of what a page costs its one thread. Here the text is written at once. What is
// not plain - a character that is to be escaped, a name that may be none - is left to Azurite.

const { Builder } = require("xml2js");

const LISTING = "EnumerationResults";
const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const ATTRIBUTES = "$";
const TEXT = "_";
const PLAIN_TEXT = /^[^\0-\x1f"&<>\x7f-\x9f\ud800-\uffff]*$/;
const PLAIN_NAME = /^[A-Za-z][A-Za-z0-9-]*$/;

class NotPlain extends Error {}

const NOT_PLAIN = new NotPlain();

function named(name) {
  if (!PLAIN_NAME.test(name)) throw NOT_PLAIN;
  return name;
}

function text(value) {
  const written = String(value ?? "");
  if (!PLAIN_TEXT.test(written)) throw NOT_PLAIN;
  return written;
}

function attributes(values) {
  let written = "";
  for (const name of Object.keys(values)) written += ` ${named(name)}="${text(values[name])}"`;
  return written;
}

function element(name, value) {
  if (value !== null && typeof value === "object") return parent(name, value);
  const inside = text(value);
  return inside ? `<${name}>${inside}</${name}>` : `<${name}/>`;
}

function parent(name, value) {
  if (Object.getPrototypeOf(value) !== Object.prototype) throw NOT_PLAIN;
  let head = name;
  let inside = "";
  for (const key of Object.keys(value)) {
    const child = value[key];
    if (key === ATTRIBUTES) head += attributes(child);
    else if (key === TEXT) inside += text(child);
    else if (!Array.isArray(child)) inside += element(named(key), child);
    else for (const one of child) inside += element(named(key), one);
  }
  return inside ? `<${head}>${inside}</${name}>` : `<${head}/>`;
}

const buildObject = Builder.prototype.buildObject;

Builder.prototype.buildObject = function (body) {
  const isListing = this.options.rootName === LISTING && this.options.renderOpts.pretty === false;
  if (!isListing) return buildObject.call(this, body);
  try {
    return DECLARATION + parent(LISTING, body);
  } catch (error) {
    if (error instanceof NotPlain) return buildObject.call(this, body);
    throw error;
  }
};
