import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { type NodeConfig, readNodeConfig } from '../../src/attach/index.ts'
import { parseJsonObject } from '../../src/cni/index.ts'
import { hostLog } from '../../src/host/index.ts'
import { assert, test } from '../harness.ts'
import { startScript } from './scripts.ts'
import { inTemporaryFolder } from './temporary.ts'

const BACKUP = /^plexus\.log-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z-\d+$/
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

test('D1: `logFile` gets a JSON object a line, in a file and a folder that are made, the file for root alone', () =>
  inTemporaryFolder((root) => {
    const logFile = `${root}/log/plexus.log`
    hostLog(settings({ logFile })).warning('plugin wrote to stderr', {
      plugin: 'bridge',
      stderr: 'a\nb',
      verb: undefined,
    })
    hostLog(settings({ logFile })).error('call failed', { code: 7, msg: 'name: is empty' })
    const [first, second] = linesOf(logFile)
    assert.match(String(first?.['time']), RFC3339)
    assert.equal(
      { ...first, time: '' },
      { time: '', level: 'warning', msg: 'plugin wrote to stderr', plugin: 'bridge', stderr: 'a\nb' },
    )
    assert.equal(
      { ...second, time: '' },
      { time: '', level: 'error', msg: 'call failed', cause: 'name: is empty', code: 7 },
    )
    assert.is(statSync(logFile).mode & 0o777, 0o600)
  }))

test('D1: numbers are logged with all their digits, and what cannot be written as JSON is said', () =>
  inTemporaryFolder((root) => {
    const logFile = `${root}/plexus.log`
    const log = hostLog(settings({ logFile }))
    log.error('exact', { result: parseJsonObject('{"id":12345678901234567890}', 'test') })
    const loop: Record<string, unknown> = {}
    loop['self'] = loop
    log.error('circular', { loop })
    assert.match(readFileSync(logFile, 'utf8'), '"result":{"id":12345678901234567890}')
    assert.match(String(linesOf(logFile)[1]?.['unwritable']), 'Error')
  }))

const kept = {
  debug: ['debug', 'verbose', 'warning', 'error'],
  verbose: ['verbose', 'warning', 'error'],
  warning: ['warning', 'error'],
  error: ['error'],
  panic: [],
} as const
for (const [logLevel, levels] of Object.entries(kept))
  test(`D1: at \`logLevel\` ${logLevel}, what is logged is: ${levels.join(', ') || 'nothing'}`, () =>
    inTemporaryFolder((root) => {
      const logFile = `${root}/plexus.log`
      const log = hostLog(settings({ logFile, logLevel }))
      for (const level of kept.debug) log[level]('event')
      assert.equal(existsSync(logFile) ? linesOf(logFile).map(({ level }) => level) : [], [...levels])
    }))

test('D1: with `logToStderr` the lines go to stderr, with `logFile` as well to the file', () =>
  inTemporaryFolder(async (root) => {
    const logFile = `${root}/plexus.log`
    const both = await logged({ logFile, logToStderr: true })
    assert.equal(
      both.map(({ msg }) => msg),
      ['one', 'two'],
    )
    assert.equal(
      linesOf(logFile).map(({ msg }) => msg),
      ['one', 'two'],
    )
    assert.equal(await logged({ logFile, logToStderr: false }), [])
  }))

test('D1: a log that cannot be written fails nothing, and is said on stderr once', () =>
  inTemporaryFolder(async (root) => {
    mkdirSync(`${root}/plexus.log`)
    const said = await logged({ logFile: `${root}/plexus.log`, logToStderr: false })
    assert.equal(
      said.map(({ level, msg, cause, path }) => ({ level, msg, cause, path })),
      [{ level: 'error', msg: 'the log cannot be written', cause: 'is a directory', path: `${root}/plexus.log` }],
    )
  }))

test('D1: a log over `maxSize` is set aside and compressed, and a new one begun', () =>
  inTemporaryFolder(async (root) => {
    const logFile = `${root}/plexus.log`
    writeFileSync(logFile, 'old\n')
    truncateSync(logFile, 2.5 * 1024 * 1024)
    hostLog(settings({ logFile, logOptions: { maxSize: 2 } })).error('new')
    assert.equal(
      linesOf(logFile).map(({ msg }) => msg),
      ['new'],
    )
    const compressed = (): string | undefined => readdirSync(root).find((name) => name.endsWith('.gz'))
    while (compressed() === undefined) await new Promise((resolve) => setTimeout(resolve, 10))
    const [backup = '', ...others] = readdirSync(root).filter((name) => name !== 'plexus.log')
    assert.equal(others, [])
    assert.match(backup.replace(/\.gz$/, ''), BACKUP)
    const whole = gunzipSync(readFileSync(`${root}/${backup}`))
    assert.is(whole.length, 2.5 * 1024 * 1024)
    assert.is(whole.toString('utf8', 0, 4), 'old\n')
  }))

test('D1: without `compress` a log that was set aside stays as it is', () =>
  inTemporaryFolder(async (root) => {
    const logFile = `${root}/plexus.log`
    writeFileSync(logFile, Buffer.alloc(1024 * 1024 + 1))
    hostLog(settings({ logFile, logOptions: { maxSize: 1, compress: false } })).error('new')
    const backup = readdirSync(root).find((name) => name !== 'plexus.log')
    assert.match(backup ?? '', BACKUP)
    assert.is(statSync(`${root}/${backup}`).size, 1024 * 1024 + 1)
  }))

test('D1: logs set aside are removed over `maxBackups` and after `maxAge` days, and no other file is', () =>
  inTemporaryFolder((root) => {
    const logFile = `${root}/plexus.log`
    const backups = [1, 2, 3, 4, 5].map((days) => `plexus.log-2026-01-0${days}T00-00-00.000Z-7${days % 2 ? '.gz' : ''}`)
    const others = ['plexus.log-of-somebody', 'plexus.log.1', 'other.log-2026-01-01T00-00-00.000Z-7']
    for (const name of [...backups, ...others]) writeFileSync(`${root}/${name}`, '')
    backups.forEach((name, days) => {
      const modified = Date.now() / 1000 - (days + 0.5) * 24 * 60 * 60
      utimesSync(`${root}/${name}`, modified, modified)
    })
    const left = (logOptions: Partial<NodeConfig['logOptions']>): readonly string[] => {
      hostLog(settings({ logFile, logOptions })).error('event')
      return readdirSync(root)
        .filter((name) => backups.includes(name))
        .sort()
    }
    assert.equal(left({ maxAge: 0, maxBackups: 0 }), backups)
    assert.equal(left({ maxAge: 4, maxBackups: 0 }), backups.slice(0, 4))
    assert.equal(left({ maxAge: 0, maxBackups: 2 }), backups.slice(0, 2))
    assert.ok(others.every((name) => existsSync(`${root}/${name}`)))
  }))

type Given = { readonly [key in 'logFile' | 'logLevel' | 'logToStderr']?: string | boolean } & {
  readonly logOptions?: Partial<NodeConfig['logOptions']>
}

function settings(given: Given): NodeConfig {
  return readNodeConfig({ name: 'node', clusterNetwork: 'cluster', logToStderr: false, ...given }).config
}

function linesOf(path: string): readonly Record<string, unknown>[] {
  return parsed(readFileSync(path, 'utf8'))
}

function parsed(text: string): readonly Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

// What a process of its own, which logs `one` and `two`, writes on stderr.
async function logged(given: Given): Promise<readonly Record<string, unknown>[]> {
  return parsed(await startScript('bun', 'log-two-lines.ts', JSON.stringify(settings(given))).ended)
}
