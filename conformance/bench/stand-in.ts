import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import {
  CNI_VERSIONS,
  type CniVersion,
  convertResult,
  type JsonObject,
  parseJsonObject,
  type Result,
} from '../../src/cni/index.ts'

/** What a stand-in answers to a verb; to a verb that has no answer it says nothing and succeeds. */
export type Answer = {
  readonly stdout?: string
  /** In place of a text: a result, in the version that is asked for. */
  readonly result?: Omit<Result, 'cniVersion'>
  readonly stderr?: string
  readonly status?: number
}

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
version=$(grep -o '"cniVersion" *: *"[^"]*"' "$call.config" | head -n 1 | cut -d '"' -f 4)
for out in "$folder/$CNI_COMMAND.out" "$folder/$CNI_COMMAND.out-\${version:-0.1.0}"; do
  [ ! -f "$out" ] || cat "$out"
done
[ ! -f "$folder/$CNI_COMMAND.status" ] || exit "$(cat "$folder/$CNI_COMMAND.status")"
`

/** Puts a stand-in into a folder of its own. */
export function makeStandIn(type: string, answers: Readonly<Record<string, Answer>>): StandIn {
  const folder = `/run/conformance/${type}`
  mkdirSync(`${folder}/calls`, { recursive: true })
  writeFileSync(`${folder}/${type}`, SCRIPT)
  chmodSync(`${folder}/${type}`, 0o755)
  const answer = (verb: string, { stdout, result, stderr, status }: Answer): void => {
    const out = `${folder}/${verb}.out`
    if (stdout !== undefined) {
      writeFileSync(out, stdout)
      for (const version of CNI_VERSIONS) rmSync(`${out}-${version}`, { force: true })
    }
    if (result !== undefined)
      for (const version of CNI_VERSIONS) writeFileSync(`${out}-${version}`, JSON.stringify(resultIn(result, version)))
    if (stderr !== undefined) writeFileSync(`${folder}/${verb}.err`, stderr)
    writeFileSync(`${folder}/${verb}.status`, String(status ?? 0))
  }
  answer('VERSION', { stdout: JSON.stringify({ cniVersion: '1.1.0', supportedVersions: CNI_VERSIONS }) })
  for (const [verb, told] of Object.entries(answers)) answer(verb, told)
  return { type, folder, calls: () => callsIn(`${folder}/calls`), answer }
}

/** An answer that is an error. */
export function errorAnswer(code: number, msg: string, details = ''): Answer {
  return { stdout: JSON.stringify({ code, msg, details }), status: 1 }
}

function resultIn(result: Omit<Result, 'cniVersion'>, version: CniVersion): object {
  return convertResult({ cniVersion: '1.1.0', ...result }, version).result
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
