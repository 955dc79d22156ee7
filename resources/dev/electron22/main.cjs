// Stands in for Electron's own default_app, which a packaged program lacks:
// electron [-r module]... [--switches] FOLDER [args]
'use strict'
/* eslint-disable @typescript-eslint/no-require-imports -- Electron 22 loads CommonJS only */
const { app } = require('electron')
const { existsSync, readFileSync } = require('node:fs')
const Module = require('node:module')
const path = require('node:path')

const before = []
let target
const given = process.argv.slice(1)
while (given.length > 0 && target === undefined) {
  const argument = given.shift()
  if (argument === '-r' || argument === '--require') before.push(given.shift())
  else if (argument === '--version') {
    process.stdout.write(`v${process.versions.electron}\n`)
    app.exit(0)
  } else if (!argument.startsWith('-')) target = argument
}
// Playwright's loader comes in by -r.
for (const name of before) require(path.resolve(name))

if (target === undefined) {
  process.stderr.write('usage: electron FOLDER\n')
  app.exit(2)
} else {
  Object.defineProperty(process, 'defaultApp', { enumerable: true, value: true })
  const folder = path.resolve(target)
  const description = path.join(folder, 'package.json')
  if (existsSync(description)) {
    const { productName, name, version } = JSON.parse(readFileSync(description, 'utf8'))
    app.setVersion(version ?? '0.0.0')
    app.name = productName ?? name ?? app.name
    app.setAppPath(folder)
  }
  Module._load(Module._resolveFilename(folder, null, true), Module, true)
}
