import {
  type Exec,
  isVerb,
  type Json,
  type JsonObject,
  type PluginEnd,
  type PluginRun,
  parseJsonObject,
  toJson,
  type Verb,
} from '../../src/cni/index.ts'

/** What a fake plugin does when it is run; what is left out is silence, and exit status 0. */
export type FakeAnswer = { readonly stdout?: string; readonly stderr?: string; readonly end?: PluginEnd }

/** One run as the chain asked for it, with its plugin and verb, and the configuration that was on stdin. */
export type FakeRun = PluginRun & { readonly plugin: string; readonly verb: Verb; readonly config: JsonObject }

/** A plugin: one answer for every run, or one made of the run. */
export type FakePlugin = FakeAnswer | ((run: FakeRun) => FakeAnswer)

/** An {@link Exec} that has only its own plugins, in every folder alike, and remembers what it was asked. */
export type FakeExec = Exec & {
  readonly runs: readonly FakeRun[]
  readonly lookups: readonly { readonly type: string; readonly folders: readonly string[] }[]
}

/** Plugins by their type instead of executables. */
export function fakeExec(plugins: Readonly<Record<string, FakePlugin>>): FakeExec {
  const runs: FakeRun[] = []
  const lookups: { type: string; folders: readonly string[] }[] = []
  return {
    runs,
    lookups,
    find(type, folders) {
      lookups.push({ type, folders })
      const [folder] = folders
      return folder !== undefined && Object.hasOwn(plugins, type) ? `${folder}/${type}` : undefined
    },
    async run(asked) {
      const run = recorded(asked)
      runs.push(run)
      const plugin = plugins[run.plugin] ?? {}
      const { stdout = '', stderr = '', end = exited(0) } = typeof plugin === 'function' ? plugin(run) : plugin
      return { stdout, stderr, durationMs: 1, end }
    },
  }
}

/** A success that prints a result. */
export function printing(result: Json | object): FakeAnswer {
  return { stdout: toJson(result) }
}

/** A failure that prints an error object, or anything else that is given. */
export function failing(error: Json | object, status = 1): FakeAnswer {
  return { stdout: toJson(error), end: exited(status) }
}

/** The end of a process that ended by itself. */
export function exited(status: number): PluginEnd {
  return { kind: 'exited', status }
}

function recorded(run: PluginRun): FakeRun {
  const verb = run.env['CNI_COMMAND'] ?? ''
  if (!isVerb(verb)) throw new Error(`a plugin was run with CNI_COMMAND '${verb}'`)
  const plugin = run.path.slice(run.path.lastIndexOf('/') + 1)
  return { ...run, plugin, verb, config: parseJsonObject(run.stdin, `stdin of ${plugin}`) }
}
