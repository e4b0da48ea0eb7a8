import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { CniError } from '../../src/cni/index.ts'
import { hostFiles } from '../../src/host/index.ts'
import { assert, test } from '../harness.ts'
import { inTemporaryFolder } from './temporary.ts'

test('D1: a configuration folder lists what is not a folder, hidden files and links too', () =>
  inTemporaryFolder((folder) => {
    mkdirSync(`${folder}/cluster`)
    symlinkSync('cluster', `${folder}/link.conf`)
    writeFileSync(`${folder}/.conflist`, '')
    assert.equal([...(hostFiles.list(folder) ?? [])].sort(), ['.conflist', 'link.conf'])
  }))

test('D1: a configuration folder that is missing is no error, one that cannot be listed is', () =>
  inTemporaryFolder((folder) => {
    assert.is(hostFiles.list(`${folder}/missing`), undefined)
    writeFileSync(`${folder}/file`, '')
    assert.is(hostFiles.list(`${folder}/file`), undefined)
    const long = `${folder}/${'x'.repeat(300)}`
    const fault = faultOf(() => hostFiles.list(long))
    assert.equal([fault.code, fault.msg], [5, `${long}: cannot be listed: file name too long`])
  }))

test('D1: a configuration file that cannot be read is named, with what the system said', () =>
  inTemporaryFolder((folder) => {
    writeFileSync(`${folder}/10-net.conf`, '{"name":"nét"}')
    assert.is(hostFiles.read(`${folder}/10-net.conf`), '{"name":"nét"}')
    const missing = faultOf(() => hostFiles.read(`${folder}/missing`))
    assert.equal([missing.code, missing.msg], [5, `${folder}/missing: cannot be read: no such file or directory`])
    assert.match(faultOf(() => hostFiles.read(folder)).msg, 'is a directory')
  }))

function faultOf(act: () => unknown): CniError {
  try {
    act()
  } catch (fault) {
    if (fault instanceof CniError) return fault
    throw fault
  }
  throw new Error('nothing was thrown')
}
