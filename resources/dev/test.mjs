// npm test: everything that the tests need, then all of them; the last line is the sum, `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import { note, seconds } from './cache.mjs'
import { electronDir, installElectron22 } from './electron22.mjs'
import { engineDir, installEngine } from './engine.mjs'
import { installLavapipe } from './lavapipe.mjs'
import { installPackages } from './packages.mjs'

const root = join(import.meta.dirname, '../..')
const reports = join(root, 'test-results')
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const playwright = join(root, 'node_modules/@playwright/test/cli.js')

installPackages()
try {
  installElectron22()
} catch (error) {
  note(error.message)
  process.exit(1)
}
installLavapipe()
build()
if (!installEngine() && !process.env.HOMEGROWN_TENSORFLOW_DIR) note('Tests of the fast engine will fail without it.')

const env = {
  ...process.env,
  HOMEGROWN_NODE: process.execPath,
  HOMEGROWN_TEST_ELECTRON: process.env.HOMEGROWN_TEST_ELECTRON ?? electronDir(),
  HOMEGROWN_TENSORFLOW_DIR: process.env.HOMEGROWN_TENSORFLOW_DIR ?? engineDir() ?? '',
}
// The tests choose both themselves; a person's own profile is never touched.
delete env.HOMEGROWN_PROFILE
delete env.HOMEGROWN_BROWSER
delete env.ELECTRON_RUN_AS_NODE

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'))

/** Runs one project of vitest; a file that cannot even be loaded counts as one failure. */
function runVitest(project) {
  const report = join(reports, `${project}.json`)
  rmSync(report, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', project, ...reporters], {
    cwd: root,
    stdio: 'inherit',
    env,
  })
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = readJson(report)
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
  return { status, passed: numPassedTests, failed: numFailedTests + broken, skipped: numPendingTests }
}

/** Why a second try is allowed says playwright.config.ts; that one was needed must not go unseen. */
function flakyTitles(suites) {
  return suites.flatMap(({ file, specs = [], suites: inner = [] }) => [
    ...specs
      .filter(({ tests }) => tests.some(({ status }) => status === 'flaky'))
      .map(({ title }) => `${file}: ${title}`),
    ...flakyTitles(inner),
  ])
}

function runPlaywright() {
  const report = join(reports, 'e2e.json')
  rmSync(report, { force: true })
  const { status } = spawnSync(process.execPath, [playwright, 'test', '--reporter=list,json'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
  })
  const { stats, suites } = readJson(report)
  for (const title of flakyTitles(suites)) note(`passed only at the second try: ${title}`)
  return { status, passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped }
}

/** A step that ends without a report has failed, however it ended. */
function count(name, run) {
  const since = Date.now()
  note(`\n--- ${name} ---`)
  let result
  try {
    result = run()
  } catch (error) {
    note(`${name}: no report (${error.message})`)
    result = { status: 1, passed: 0, failed: 1, skipped: 0 }
  }
  if (result.status !== 0 && result.failed === 0) result = { ...result, failed: 1 }
  const { passed, failed, skipped } = result
  return { passed, failed, line: `${name}: ${passed} passed, ${failed} failed, ${skipped} skipped (${seconds(since)})` }
}

mkdirSync(reports, { recursive: true })
const results = [
  ...['unit', 'golden', 'component', 'integration'].map((project) => count(project, () => runVitest(project))),
  count('end to end', runPlaywright),
]
const sum = (key) => results.reduce((total, result) => total + result[key], 0)
note('')
for (const { line } of results) console.log(line)
console.log(`${sum('passed')} passed, ${sum('failed')} failed`)
process.exit(sum('failed') === 0 ? 0 : 1)
