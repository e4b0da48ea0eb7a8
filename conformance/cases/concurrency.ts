import type { Added, Attachment } from '../bench/attachment.ts'
import type { Bench } from '../bench/bench.ts'
import { findings, nothingCame, succeeds, unchanged } from '../bench/judge.ts'
import { saidOf, succeeded } from '../bench/run-record.ts'
import { addressesOf, cidrText, newest, ownIps } from '../bench/view.ts'
import { type Case, cni, EVERY_KIND, type Finding, practice } from '../case.ts'
import { flushRules } from './drifts.ts'
import { requireMany } from './many.ts'

const AT_ONCE = cni(
  '3 Lifecycle & Ordering',
  'MUST',
  'The runtime may call plugins in parallel for different containers: plugins must handle being executed concurrently across different containers.',
)

/** CON: many at once, and many one after another. */
export const concurrencyCases: readonly Case[] = [
  {
    id: 'CON-01',
    title: 'Thirty ADDs at once all succeed, each with an address of its own',
    sentence: AT_ONCE,
    kinds: EVERY_KIND,
    versions: 'once',
    inChain: true,
    run: async (bench) => {
      requireMany(bench)
      const attachments = await prepared(bench, 30)
      const runs = await Promise.all(attachments.map((one) => settled(one.added())))
      const failed = runs.flatMap((one) => (one.kind === 'failed' ? [one.why] : []))
      if (failed.length > 0) return findings([`${failed.length} of 30 ADDs failed, such as: ${failed[0]}`])
      return findings(
        sharedAddresses(
          attachments,
          runs.flatMap((one) => (one.kind === 'added' ? [one.added] : [])),
          bench,
        ),
      )
    },
  },
  {
    id: 'CON-02',
    title: 'Thirty DELs at once leave nothing',
    sentence: AT_ONCE,
    kinds: EVERY_KIND,
    versions: 'once',
    inChain: true,
    run: async (bench) => {
      requireMany(bench)
      await bench.warmUp()
      const attachments = await prepared(bench, 30)
      const before = bench.snapshot()
      for (const one of attachments) await one.added()
      const runs = await Promise.all(attachments.map((one) => one.run('DEL')))
      const failed = runs.filter((run) => !succeeded(run))
      if (failed.length > 0)
        return findings(
          [`${failed.length} of 30 DELs failed, such as: ${failed[0] ? saidOf(failed[0]) : ''}`],
          failed[0],
        )
      // What is left at the other end of a pair goes with the sandbox.
      for (const { sandbox } of attachments) bench.endSandbox(sandbox)
      return nothingCame(before, bench.snapshot(), 'thirty DELs at once left something')
    },
  },
  {
    id: 'CON-03',
    title: 'After many ADDs and DELs in changing order nothing is left',
    sentence: AT_ONCE,
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      requireMany(bench)
      await bench.warmUp()
      const attachments = Array.from({ length: 8 }, () => bench.attachment())
      const before = bench.snapshot()
      const up = new Set<Attachment>()
      // No two rounds are alike, and every run of the suite has the same.
      for (let at = 0; at < 60; at += 1) {
        const one = attachments[(at * 5 + Math.floor(at / 7)) % attachments.length]
        if (one === undefined) continue
        const run = await one.run(up.has(one) ? 'DEL' : 'ADD')
        if (!succeeded(run)) return succeeds(run, `${run.verb}, the ${at + 1}th of a row,`)
        if (up.delete(one)) await one.dismantle()
        else up.add(one)
      }
      for (const one of up) {
        await one.run('DEL')
        await one.dismantle()
      }
      return unchanged(before, bench.snapshot(), 'after sixty ADDs and DELs something was left')
    },
  },
  {
    id: 'CON-04',
    title: 'What containers share is made once, however many come first at the same time',
    sentence: AT_ONCE,
    kinds: ['main', 'meta'],
    versions: 'once',
    run: async (bench) => {
      requireMany(bench)
      const attachments = await prepared(bench, 10)
      const doubled = (): readonly string[] =>
        bench.snapshot().filter((line, at, all) => /^(ip6?tables|nft|rule) /.test(line) && all.indexOf(line) !== at)
      const before = doubled()
      for (let round = 1; round <= 3; round += 1) {
        await Promise.all(attachments.map((one) => one.run('ADD')))
        const found = nothingCame(before, doubled(), 'ten first ADDs at once made a rule more than once')
        if (found.length > 0) return found
        // The next round is another first one.
        await Promise.all(attachments.map((one) => one.run('DEL')))
        flushRules()
      }
      return []
    },
  },
  {
    id: 'CON-05',
    title: 'Eight DELs of one attachment at once all succeed',
    sentence: cni(
      '2 DEL',
      'SHOULD',
      'Plugins MUST accept multiple DEL calls for the same (CNI_CONTAINERID, CNI_IFNAME) pair.',
    ),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.added()
      const runs = await Promise.all(Array.from({ length: 8 }, () => attachment.run('DEL')))
      return runs
        .filter((run) => !succeeded(run))
        .slice(0, 1)
        .flatMap((run) => succeeds(run, 'one of eight DELs at once'))
    },
  },
  {
    id: 'CON-08',
    title: 'A plugin that was killed does not keep the next one waiting',
    sentence: practice('SHOULD', 'A lock is given up with the process that held it.'),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      requireMany(bench)
      const { run: usual } = await bench.attachment().added()
      for (let at = 1; at <= 5; at += 1) {
        const killed = bench.attachment()
        await killed.prepare()
        const request = killed.request('ADD')
        const seconds = ((usual.outcome.durationMs * at) / 6 / 1000).toFixed(4)
        await bench.run({
          ...request,
          path: '/bin/sh',
          args: ['-c', `exec timeout --signal KILL ${seconds} "$0"`, request.path],
          isSubject: false,
        })
      }
      const next = bench.attachment()
      await next.prepare()
      const run = await next.run('ADD')
      const slow: readonly Finding[] = run.outcome.durationMs > 5_000 ? findings(['ADD took more than 5 s'], run) : []
      return [...succeeds(run, 'ADD after others were killed'), ...slow]
    },
  },
]

async function prepared(bench: Bench, count: number): Promise<readonly Attachment[]> {
  const attachments = Array.from({ length: count }, () => bench.attachment())
  for (const one of attachments) await one.prepare()
  return attachments
}

type Settled = { readonly kind: 'added'; readonly added: Added } | { readonly kind: 'failed'; readonly why: string }

function settled(adding: Promise<Added>): Promise<Settled> {
  return adding
    .then((added): Settled => ({ kind: 'added', added }))
    .catch(
      (fault: unknown): Settled => ({ kind: 'failed', why: fault instanceof Error ? fault.message : String(fault) }),
    )
}

function sharedAddresses(attachments: readonly Attachment[], added: readonly Added[], bench: Bench): readonly string[] {
  const given = added.flatMap(({ result }) => (newest(result).ips ?? []).map(({ address }) => cidrText(address)))
  const twice = bench.subject.kind === 'meta' ? [] : [...new Set(given.filter((one, at) => given.indexOf(one) !== at))]
  const absent =
    bench.subject.kind === 'ipam'
      ? []
      : attachments.flatMap((one, at) => {
          const result = added[at]?.result
          const present = addressesOf({ sandbox: one.sandbox.name }, one.ifName).map(({ cidr }) => cidr)
          return result
            ? ownIps(newest(result), one.ifName)
                .filter(({ address }) => !present.includes(cidrText(address)))
                .map(({ address }) => `${address} is not in ${one.sandbox.name}`)
            : []
        })
  return [...twice.map((one) => `${one} was given twice`), ...absent]
}
