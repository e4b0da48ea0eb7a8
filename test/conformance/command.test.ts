import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { assert, test } from '../harness.ts'
import { leftovers } from '../node/namespaces.ts'
import { BRIDGE_LIST, conformance, failedCases } from './suite.ts'

const LONG = { timeoutMs: 120_000 }

/** Puts a program into a folder for the time `use` takes. */
function withPlugin(script: string, mode: number, use: (folder: string) => void): void {
  const folder = mkdtempSync('/var/tmp/plexus-suite-')
  try {
    writeFileSync(`${folder}/vendor`, script)
    chmodSync(`${folder}/vendor`, mode)
    use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const VENDOR = { cniVersion: '1.0.0', name: 'vendor', plugins: [{ type: 'vendor' }] }

test(
  'I1, H5: a case that holds is exit status 0, one that does not is 1 with the evidence and the sentence of the specification',
  () => {
    const holds = conformance(BRIDGE_LIST, '--case', 'VER-01', 'PRO-03', '--no-chain')
    assert.is(holds.status, 0, holds.stdout + holds.stderr)
    assert.match(holds.stdout, /2 passed, 0 failed/)
    const breaks = conformance(BRIDGE_LIST, '--case', 'RES-08', '--cni-version', '1.0.0', '--no-chain')
    assert.is(breaks.status, 1)
    assert.equal(failedCases(breaks.run), ['RES-08'])
    assert.match(breaks.stdout, /SHOULD \(CNI 0\.4\.0, Result\): The ips and dns items/)
    assert.match(breaks.stdout, /198\.51\.100\.53/)
  },
  LONG,
)

test(
  'I1: the machine is left as it was, whatever the plugin did',
  () => {
    const before = leftovers()
    conformance(BRIDGE_LIST, '--case', 'PRO-10', '--no-chain')
    assert.equal(leftovers(), before)
  },
  LONG,
)

test(
  'I1: what cannot be run is exit status 2 and one clear message',
  () => {
    const missing = conformance(VENDOR)
    assert.is(missing.status, 2)
    assert.match(missing.stderr, /plugin vendor: no such executable in \/opt\/cni\/bin, \/usr\/lib\/cni/)
    const noList = conformance('{"name":"x","cniVersion":"1.0.0"}')
    assert.is(noList.status, 2)
    assert.match(noList.stderr, /plugins: is missing/)
    const unknown = conformance(BRIDGE_LIST, '--case', 'XYZ-01')
    assert.match(unknown.stderr, /there is no case XYZ-01/)
    withPlugin('#!/bin/sh\n', 0o644, (folder) => {
      const { status, stderr } = conformance(VENDOR, '--bin-dir', folder)
      assert.is(status, 2)
      assert.match(stderr, /is not executable/)
    })
    withPlugin('#!/bin/sh\nsleep 60\n', 0o755, (folder) => {
      const { status, stderr } = conformance(VENDOR, '--bin-dir', folder, '--timeout', '1')
      assert.is(status, 2)
      assert.match(stderr, /does not answer VERSION.*did not end in time/)
    })
  },
  LONG,
)
