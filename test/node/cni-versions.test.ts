import { readFileSync, writeFileSync } from 'node:fs'
import { bridge, definition, type Printed, pod, withNode } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { leftovers } from './namespaces.ts'

const VERSIONS = ['0.3.1', '0.4.0', '1.0.0', '1.1.0'] as const
const DOCUMENT = new URL('../../docs/cni-versions.md', import.meta.url)
const MAC = '02:00:00:00:00:99'

type Row = readonly string[]

const chain = (net: number, cniVersion: string): object => ({
  cniVersion,
  name: `chain${net}`,
  plugins: [
    { type: 'bridge', bridge: `br${net}`, ipam: { type: 'host-local', subnet: `10.${net}.0.0/16` } },
    { type: 'tuning', capabilities: { mac: true }, sysctl: { 'net.core.somaxconn': '500' } },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
})

function outcome({ status, json }: { status: number | null; json: Printed }): string {
  return status === 0 ? 'ok' : `error ${json.code}: ${json.msg?.replace(/^.*?plugin (\w+): /, '$1: ')}`
}

function summary({ cniVersion, interfaces = [], ips = [] }: Printed): string {
  const inPod = interfaces.filter(({ sandbox }) => sandbox).map(({ name }) => name)
  const of = ips.map(({ address, interface: index }) => `${address} on ${interfaces[index ?? -1]?.name}`)
  return `CNI ${cniVersion}: ${inPod.join(', ')}; ${of.join(', ')}`
}

async function chainRow(cniVersion: string): Promise<Row> {
  const row: string[] = []
  await withNode({ delegates: [chain(50, cniVersion)], cniVersion: '1.1.0' }, async (node) => {
    node.apply(pod('web'))
    const runtimeConfig = { mac: MAC, portMappings: [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }] }
    const added = await node.call('ADD', { config: { runtimeConfig } })
    const mac = added.json.interfaces?.find(({ name }) => name === 'eth0')?.mac
    if (added.status === 0) {
      assert.is(mac, MAC)
      assert.match(leftovers().rules, /CNI-DN-[0-9a-f]/)
    }
    const checked = added.status === 0 ? outcome(await node.call('CHECK')) : '–'
    row.push(
      cniVersion,
      outcome(added),
      added.status === 0 ? summary(added.json) : '–',
      checked,
      outcome(await node.call('DEL')),
    )
    assert.equal(leftovers().leases, [])
    assert.not.match(leftovers().rules, /CNI-DN-[0-9a-f]/)
  })
  return row
}

async function mixedRow(asked: string): Promise<Row> {
  const row: string[] = []
  await withNode({ delegates: [bridge(60, { cniVersion: '0.4.0' })], cniVersion: asked }, async (node) => {
    const others = ['0.3.1', '1.0.0', '0.2.0'].map((cniVersion, i) =>
      definition(`v${i}`, bridge(61 + i, { cniVersion })),
    )
    node.apply(...others, pod('web', 'v0,v1,v2'))
    const added = await node.call('ADD')
    assert.is(added.status, 0, added.stdout)
    row.push(asked, summary(added.json))
    assert.is((await node.call('DEL')).status, 0)
    assert.equal(leftovers().leases, [])
  })
  return row
}

function table(heads: Row, rows: readonly Row[]): string {
  return [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

test(
  'A2, B2, B6, B7: docs/cni-versions.md says what chains of every version, and pods of several, do with real plugins',
  async () => {
    const chains = []
    for (const version of VERSIONS) chains.push(await chainRow(version))
    const pods = []
    for (const version of VERSIONS) pods.push(await mixedRow(version))
    const text = `# CNI versions, tried

Made by \`test/node/cni-versions.test.ts\` with the reference plugins 1.1.1 of Debian 12, which speak CNI up to 1.0.0;
\`UPDATE_DOCS=1 npm test\` writes it anew, and the test fails where it no longer says what happens.

## One chain: bridge → tuning → portmap

The list has the version of the first column, \`tuning\` gets the capability \`mac\`, \`portmap\` the capability
\`portMappings\`, and the runtime asks for 1.1.0. A list of 1.1.0 is refused by the plugins themselves, before anything
is made. CHECK of \`portmap\` 1.1.1 looks for an IPv6 rule that a pod with an IPv4 address alone does not have.

${table(['list', 'ADD', 'result', 'CHECK', 'DEL'], chains)}

## Four networks of four versions in one pod

The default network is of CNI 0.4.0, the others of 0.3.1, 1.0.0 and 0.2.0, each a bridge. The runtime asks for the
version of the first column.

${table(['runtime', 'result'], pods)}
`
    if (process.env['UPDATE_DOCS']) writeFileSync(DOCUMENT, text)
    assert.is(readFileSync(DOCUMENT, 'utf8'), text)
  },
  { timeoutMs: 120_000 },
)
