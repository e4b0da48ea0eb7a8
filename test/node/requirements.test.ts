import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { assert, test } from '../harness.ts'
import type { ApiServer } from './kube-apiserver.ts'
import { withMadePart } from './made-part.ts'
import { addresses, ip } from './namespaces.ts'
import { deployPlexus } from './node-agent.ts'
import { awaited, deletePods, execIn, networkStatus } from './node-pods.ts'
import { startRealNode, stock } from './real-node.ts'
import { makeRequirementsPods, REQUIREMENTS_PODS, showRequirements } from './requirements.ts'

const DOCUMENT = new URL('../../docs/kubernetes-requirements.md', import.meta.url)
const MET = 10

test(
  "B9, K2: with Plexus on a real node its pods' network is what Kubernetes requires, beside another; what breaks it is found",
  async () => {
    const { api } = await startRealNode()
    deployPlexus(api)
    const before = stock()
    makeRequirementsPods(api)
    const { status, stdout, stderr } = showRequirements(api)
    assert.is(status, 0, `${stdout}${stderr}`)
    assert.is(verdicts(stdout, 'ok').length, MET)
    for (const pod of ['here', 'there']) {
      const entries = await awaited('the status', () => networkStatus(api, pod)[1] && networkStatus(api, pod))
      assert.equal(
        entries?.map((entry) => entry.interface),
        ['eth0', 'net1'],
      )
    }
    const made = `    $ sh scripts/kubernetes-requirements.sh\n${stdout.trimEnd().replaceAll(/^/gm, '    ')}`
    if (process.env['UPDATE_DOCS']) writeFileSync(DOCUMENT, withMadePart(readFileSync(DOCUMENT, 'utf8'), made))
    assert.equal(
      verdicts(readFileSync(DOCUMENT, 'utf8'), 'ok').map(withoutAddresses),
      verdicts(stdout, 'ok').map(withoutAddresses),
    )

    callFromAnotherAddress(api, 'here')
    const broken = showRequirements(api)
    assert.is(broken.status, 1, broken.stderr)
    assert.match(broken.stdout, /BROKEN +here \(\S+\) calls there \(\S+\), which sees 10\.244\.0\.200$/m)
    assert.match(broken.stdout, /BROKEN +here has .* there sees 10\.244\.0\.200$/m)
    deletePods(api, REQUIREMENTS_PODS)
    assert.equal(stock(), before)
  },
  { timeoutMs: 300_000 },
)

function verdicts(text: string, word: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith(`${word} `))
}

function withoutAddresses(line: string): string {
  return line.replaceAll(/\d+(\.\d+){3}/g, 'ADDRESS')
}

// What NAT would make of it.
function callFromAnotherAddress(api: ApiServer, pod: string): void {
  const own = /inet (\S+)/.exec(execIn(api, pod, ['ip', '-4', 'address', 'show', 'dev', 'eth0']))?.[1] ?? ''
  const namespaces = ip(['netns', 'list']).map(({ name }) => ({ name: String(name), path: `/run/netns/${name}` }))
  const sandbox = namespaces.find((netns) => addresses('eth0', netns).includes(own))
  for (const words of ['address add 10.244.0.200/24 dev eth0', 'route replace 10.244.0.0/24 dev eth0 src 10.244.0.200'])
    execFileSync('ip', ['-netns', sandbox?.name ?? '', ...words.split(' ')])
}
