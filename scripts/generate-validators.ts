import { mkdirSync, writeFileSync } from 'node:fs'
import { Ajv, type AnySchema } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import * as agent from '../src/agent/schemas.ts'
import * as attach from '../src/attach/schemas.ts'
import * as cni from '../src/cni/schemas.ts'
import * as engine from '../src/engine/schemas.ts'
import * as validate from '../src/validate/schemas.ts'

// Compiling a schema at run time would cost a call some 20 ms; its compiled code costs nothing.
const rooms: Readonly<Record<string, Readonly<Record<string, AnySchema>>>> = { cni, attach, agent, engine, validate }

for (const [room, schemas] of Object.entries(rooms)) {
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, code: { source: true, esm: true, lines: true } })
  const names: Record<string, string> = {}
  for (const [name, schema] of Object.entries(schemas)) {
    ajv.addSchema(schema, name)
    names[validatorName(name)] = name
  }
  const folder = `src/${room}/generated`
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/validators.js`, standalone.default(ajv, names))
  writeFileSync(`${folder}/validators.d.ts`, declarations(room, Object.keys(names)))
}

function validatorName(schema: string): string {
  return `is${schema[0]?.toUpperCase()}${schema.slice(1).replace(/Schema$/, '')}`
}

function declarations(room: string, validators: readonly string[]): string {
  const problem = room === 'cni' ? '../problem.ts' : '../../cni/index.ts'
  const lines = validators.map((name) => `export declare const ${name}: Validator`)
  return [`import type { Validator } from '${problem}'`, ...lines, ''].join('\n')
}
