import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { CASES } from '../../conformance/cases/index.ts'
import { assert, test } from '../harness.ts'
import { BRIDGE_LIST, conformance } from './suite.ts'

const LONG = { timeoutMs: 120_000 }
const CASES_OF_THREE_KINDS = ['--case', 'VER-01', 'RES-08', 'IFC-04', 'CHK-22', '--no-chain', '--cni-version', '1.0.0']

/** Gives `use` a folder for the time it takes. */
function withFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync('/var/tmp/plexus-reports-')
  try {
    use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test(
  'I3: one run is told as text, TAP, JUnit XML, JSON and one HTML page, and all agree',
  () =>
    withFolder((folder) => {
      const reports = ['tap', 'junit', 'html'].flatMap((format) => ['--report', `${format}=${folder}/report.${format}`])
      const { stdout, run } = conformance(BRIDGE_LIST, ...CASES_OF_THREE_KINDS, ...reports)
      assert.match(stdout, /1 passed, 1 failed, 0 waived, 1 noted, 1 not run/)
      assert.ok(
        stdout.split('\n').every((line) => line.length <= 80 || /^✘|^\d+ cases/.test(line)),
        stdout,
      )
      assert.equal(
        run?.outcomes.map(({ verdict }) => verdict.kind),
        ['passed', 'failed', 'notRun', 'failed'],
      )
      const tap = readFileSync(`${folder}/report.tap`, 'utf8')
      assert.match(tap, /^TAP version 14\n1\.\.4\nok 1 - VER-01 /)
      assert.match(tap, /^not ok 2 - RES-08 /m)
      assert.match(tap, /^ok 3 - IFC-04 .* # SKIP its configuration sets no mtu$/m)
      assert.match(tap, /^not ok 4 - CHK-22 .* # TODO /m)
      const junit = readFileSync(`${folder}/report.junit`, 'utf8')
      assert.match(junit, /<testsuite name="1\.0\.0" tests="4" failures="1" skipped="2">/)
      const html = readFileSync(`${folder}/report.html`, 'utf8')
      assert.match(html, /does not conform/)
      assert.match(html, /id="RES-08"/)
      assert.not.match(html, /<(script|link|img)|https?:\/\//)
    }),
  LONG,
)

test(
  'I3: a deviation that is waived with a reason does not count, and the reason is told; a waiver without one is refused',
  () =>
    withFolder((folder) => {
      const waivers = `${folder}/waivers.json`
      writeFileSync(waivers, JSON.stringify([{ case: 'RES-*', reason: 'the runtime has its own resolver' }]))
      const waived = conformance(BRIDGE_LIST, ...CASES_OF_THREE_KINDS, '--waivers', waivers)
      assert.is(waived.status, 0)
      assert.match(waived.stdout, /waived: the runtime has its own resolver/)
      writeFileSync(waivers, JSON.stringify([{ case: 'RES-08' }]))
      const refused = conformance(BRIDGE_LIST, ...CASES_OF_THREE_KINDS, '--waivers', waivers)
      assert.is(refused.status, 2)
      assert.match(refused.stderr, /waivers\.json: \[0\] must give a 'reason'/)
    }),
  LONG,
)

test(
  'I1: the suite is run from a program by the package’s name, under Node.js',
  () =>
    withFolder((folder) => {
      writeFileSync(`${folder}/network.conflist`, JSON.stringify(BRIDGE_LIST))
      const program = `
        import { isConformant, runConformance, tally } from 'plexus-cni/conformance'
        const run = await runConformance({
          config: '${folder}/network.conflist', binDirs: ['/usr/lib/cni'], cases: ['VER-01', 'IFC-01'], versions: ['1.0.0'],
        })
        console.log(JSON.stringify({ holds: isConformant(run), ...tally(run.outcomes) }))`
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
        cwd: new URL('../../', import.meta.url).pathname,
        encoding: 'utf8',
      })
      assert.is(stderr, '')
      assert.equal(JSON.parse(stdout), { holds: true, passed: 7, failed: 0, waived: 0, noted: 0, notRun: 0 })
    }),
  LONG,
)

test('I2: every case has an id of its own, and docs/conformance.md lists all of them', () => {
  const ids = CASES.map(({ id }) => id)
  assert.is(new Set(ids).size, ids.length)
  assert.ok(ids.length >= 173, `${ids.length} cases`)
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/conformance-docs.ts', '--check'], {
    cwd: new URL('../../', import.meta.url).pathname,
  })
  assert.is(status, 0, 'npx tsx scripts/conformance-docs.ts writes it anew')
})
