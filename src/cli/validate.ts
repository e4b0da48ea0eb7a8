import { readdirSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { CniError, CODE } from '../cni/index.ts'
import { hostExec, hostFiles } from '../host/index.ts'
import { type Facts, type Finding, validate } from '../validate/index.ts'
import { inputTexts } from './input-texts.ts'
import { print } from './print.ts'
import { progress } from './progress.ts'
import { VALIDATE_OUTPUTS, type ValidateOutput } from './validate-output.ts'

/** What `plexus validate` is told. */
export type ValidateOptions = {
  readonly output: ValidateOutput
  readonly namespace: string
  readonly strict?: boolean
  readonly onThisNode?: boolean
  readonly binDir: string
}

/**
 * Says everything that is wrong with files.
 * @returns the exit status: 1 where there is an error, or, being strict, anything at all.
 * @throws CniError where something cannot be read.
 */
export function validateFiles(paths: readonly string[], options: ValidateOptions): number {
  if (paths.length === 0 && process.stdin.isTTY)
    throw new CniError(CODE.ioFailure, 'name the files or folders to validate, or - for standard input')
  const texts = inputTexts(paths.length === 0 ? ['-'] : paths)
  const { namespace, strict = false } = options
  const facts = options.onThisNode ? factsOf(options.binDir) : undefined
  const bar = progress('looked at')
  const { findings: found, checked } = validate({ texts, namespace, facts, step: bar.step })
  bar.end()
  const findings = strict ? found.map((one): Finding => ({ ...one, severity: 'error' })) : found
  print(VALIDATE_OUTPUTS[options.output]({ findings, checked, files: texts.length }))
  return findings.some(({ severity }) => severity === 'error') ? 1 : 0
}

function factsOf(binDir: string): Facts {
  return {
    interfaces: interfacesHere(),
    plugins: { exec: hostExec(), pluginFolders: binDir.split(':') },
    files: hostFiles,
  }
}

function interfacesHere(): readonly string[] {
  try {
    return readdirSync('/sys/class/net')
  } catch {
    // Without sysfs, those that have an address.
    return Object.keys(networkInterfaces())
  }
}
