import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { clusterView } from '../src/agent/cluster-view.ts'
import { knownSource } from '../src/agent/known-source.ts'
import { journalFiles } from '../src/host/index.ts'
import { definition, PLEXUS, pod } from '../test/engine/plexus.ts'
import { measureCalls } from './calls.ts'
import { barePlugins, metaPlugin } from './contender.ts'
import { bridge, listOf, type Sandbox } from './networks.ts'
import type { Scene } from './scene.ts'
import { quantile } from './statistics.ts'

/** One figure for each of a growing number of something. */
export type Growth = {
  readonly title: string
  readonly of: string
  readonly unit: string
  readonly lines: readonly { readonly name: string; readonly points: readonly (readonly [number, number])[] }[]
}

/** ADD of a pod with ever more definitions, beside the plugins bare. */
export async function addByDefinitions(
  { drive, folder, config, networks, sandboxes }: Scene,
  counts: readonly number[],
  rounds: number,
): Promise<Growth> {
  const most = Math.max(...counts)
  const more = Array.from({ length: most }, (_, index) => ({
    name: `more${index}`,
    ifName: `net${index + 1}`,
    plugins: [bridge(`${folder}/leases`, 100 + index)],
  }))
  const files = `${folder}/growth`
  mkdirSync(files)
  for (const network of more)
    writeFileSync(`${files}/${network.name}.yaml`, JSON.stringify(definition(network.name, listOf(network))))
  const points = { bare: [] as [number, number][], plexus: [] as [number, number][] }
  for (const count of counts) {
    const asked = more.slice(0, count)
    const names = asked.map(({ name }) => name).join(',')
    writeFileSync(`${files}/pod.yaml`, JSON.stringify(pod('pod-0', names)))
    const contenders = [
      barePlugins([networks[0], ...asked]),
      metaPlugin('plexus', PLEXUS, { ...config, source: { files } }, undefined, () => 'pod-0'),
    ]
    const [bare, plexus] = await measureCalls(drive, contenders, sandboxes[0] as Sandbox, rounds)
    points.bare.push([count, bare?.add.ms.median ?? 0])
    points.plexus.push([count, plexus?.add.ms.median ?? 0])
  }
  const lines = [
    { name: 'Plexus, files source', points: points.plexus },
    { name: 'plugins bare', points: points.bare },
  ]
  return { title: 'ADD by definitions in the pod', of: 'definitions', unit: 'ms', lines }
}

/**
 * What the agent takes to know a pod and its networks, with ever more definitions elsewhere in the cluster. The list
 * behind its mirror is a fake: a real one of 100,000 takes an etcd an hour.
 */
export async function agentByDefinitions(counts: readonly number[], rounds: number): Promise<Growth> {
  const points: [number, number][] = []
  for (const count of counts) {
    const view = clusterView()
    const config = JSON.stringify({ cniVersion: '1.0.0', name: 'n', type: 'bridge' })
    const definitions = Array.from({ length: count }, (_, index) => {
      const one = { namespace: 'default', name: `d${index}`, annotations: {}, config }
      return [`default/d${index}`, one] as const
    })
    view.definitions.replace(new Map(definitions))
    const annotations = { 'k8s.v1.cni.cncf.io/networks': 'd1,d7' }
    const seen = { namespace: 'default', name: 'p', uid: 'u', annotations, phase: '', hostNetwork: false }
    view.pods.replace(new Map([['default/p', { ...seen, isLeaving: false, runningSince: undefined }]]))
    const source = knownSource({ ...NOBODY_ELSE, view, now: () => performance.now() })
    const samples: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const began = performance.now()
      await source.knowledgeOf({ namespace: 'default', name: 'p' })
      samples.push((performance.now() - began) * 1000)
    }
    points.push([count, quantile(samples, 0.5)])
  }
  const title = 'The agent looks a pod up, by definitions in the cluster (a fake list)'
  return { title, of: 'definitions', unit: 'µs', lines: [{ name: 'knowledge of a pod', points }] }
}

const NOBODY_ELSE = {
  live: { knowledgeOf: () => Promise.reject(new Error('it is known')) },
  node: { multusNamespace: 'kube-system', clusterNetwork: '/conf', defaultNetworks: [], delegates: [] },
  devices: { idsOf: async () => ({}) },
} as unknown as Omit<Parameters<typeof knownSource>[0], 'view' | 'now'>

/** What a journal's operations take, with ever more containers on the disk. */
export function journalByContainers(folder: string, counts: readonly number[], rounds: number): Growth {
  const place = `${folder}/journal`
  const journal = journalFiles(place)
  const text = JSON.stringify({ text: 'x'.repeat(4000) })
  const lines = { write: [] as [number, number][], read: [] as [number, number][], remove: [] as [number, number][] }
  let there = 0
  for (const count of counts) {
    for (; there < count; there += 1) journal.write(`other${there}`, text)
    const samples = { write: [] as number[], read: [] as number[], remove: [] as number[] }
    const steps = [
      ['write', () => journal.write('one', text)],
      ['read', () => journal.read('one')],
      ['remove', () => journal.remove('one')],
    ] as const
    for (let round = 0; round < rounds; round += 1)
      for (const [name, step] of steps) {
        const began = performance.now()
        step()
        samples[name].push((performance.now() - began) * 1000)
      }
    for (const [name] of steps) lines[name].push([count, quantile(samples[name], 0.5)])
  }
  rmSync(place, { recursive: true })
  const named = Object.entries(lines).map(([name, points]) => ({ name, points }))
  return { title: 'Journal operations by containers on the disk', of: 'containers', unit: 'µs', lines: named }
}
