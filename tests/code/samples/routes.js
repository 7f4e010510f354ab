#!/usr/bin/env node
"use strict";

const fs = require("fs");
const { join } = require("path");

function* ids() {
  yield 1;
}

function Session(user) {
  this.user = user;
}

Session.prototype.end = function () {
  this.user = null;
};

Session.create = (user) => new Session(user);

exports.start = async function start() {
  const inner = function () {};
  return inner;
};

module.exports.LIMIT = 5;

module.exports = {
  login(user) {
    return user;
  },
  "log-out": function (user) {
    return user;
  },
  ...fs,
};

class Router {
  static routes = new Map();
  #private = 1;
  get = (path) => {
    return path;
  };

  handle(path) {
    return path;
  }
}

export default () => {
  return new Router();
};
