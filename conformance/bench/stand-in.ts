import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import {
  CNI_VERSIONS,
  type CniVersion,
  convertResult,
  type JsonObject,
  parseJsonObject,
  type Result,
} from '../../src/cni/index.ts'

/** What a stand-in answers to a verb; to a verb that has no answer it says nothing and succeeds. */
export type Answer = { readonly stdout?: string; readonly stderr?: string; readonly status?: number }

/** A plugin of the suite's own, which keeps what it is called with and answers what it is told. */
export type StandIn = {
  readonly type: string
  /** The folder it is in, for `CNI_PATH`. */
  readonly folder: string
  /** The verbs it was called with, in order, and what it was sent. */
  readonly calls: () => readonly StandInCall[]
  /** Tells it another answer. */
  readonly answer: (verb: string, answer: Answer) => void
}

/** One call of a stand-in. */
export type StandInCall = { readonly verb: string; readonly config: JsonObject; readonly environment: string }

const SCRIPT = `#!/bin/sh
folder=$(dirname "$0")
call=$folder/calls/$(date +%s%N).$$.$CNI_COMMAND
env >"$call.env"
cat >"$call.config"
[ ! -f "$folder/$CNI_COMMAND.err" ] || cat "$folder/$CNI_COMMAND.err" >&2
[ ! -f "$folder/$CNI_COMMAND.out" ] || cat "$folder/$CNI_COMMAND.out"
[ ! -f "$folder/$CNI_COMMAND.status" ] || exit "$(cat "$folder/$CNI_COMMAND.status")"
`

/** Puts a stand-in into a folder of its own. */
export function makeStandIn(type: string, answers: Readonly<Record<string, Answer>>): StandIn {
  const folder = `/run/conformance/${type}`
  mkdirSync(`${folder}/calls`, { recursive: true })
  writeFileSync(`${folder}/${type}`, SCRIPT)
  chmodSync(`${folder}/${type}`, 0o755)
  const answer = (verb: string, { stdout, stderr, status }: Answer): void => {
    if (stdout !== undefined) writeFileSync(`${folder}/${verb}.out`, stdout)
    if (stderr !== undefined) writeFileSync(`${folder}/${verb}.err`, stderr)
    writeFileSync(`${folder}/${verb}.status`, String(status ?? 0))
  }
  answer('VERSION', { stdout: JSON.stringify({ cniVersion: '1.1.0', supportedVersions: CNI_VERSIONS }) })
  for (const [verb, told] of Object.entries(answers)) answer(verb, told)
  return { type, folder, calls: () => callsIn(`${folder}/calls`), answer }
}

/** An answer that is a result, in a version's shape. */
export function resultAnswer(result: Omit<Result, 'cniVersion'>, version: CniVersion): Answer {
  return { stdout: JSON.stringify(convertResult({ cniVersion: '1.1.0', ...result }, version).result) }
}

/** An answer that is an error. */
export function errorAnswer(code: number, msg: string, details = ''): Answer {
  return { stdout: JSON.stringify({ code, msg, details }), status: 1 }
}

function callsIn(folder: string): readonly StandInCall[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.config'))
    .sort()
    .map((name) => {
      const call = `${folder}/${name.slice(0, -'.config'.length)}`
      const config = parseJsonObject(readFileSync(`${call}.config`, 'utf8') || '{}', 'what a stand-in was sent')
      return { verb: call.split('.').at(-1) ?? '', config, environment: readFileSync(`${call}.env`, 'utf8') }
    })
}
