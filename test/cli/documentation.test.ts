import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { PLEXUS } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { kubernetesPrograms, withApiServer } from '../node/kube-apiserver.ts'
import { links } from '../node/namespaces.ts'

/** A fenced shell text of a page; `why` where it is not run. */
type Fence = { readonly page: string; readonly text: string; readonly why: string | undefined }

const ROOT = new URL('../../', import.meta.url).pathname
const PAGES = ['README.md', 'CONTRIBUTING.md', ...readdirSync(`${ROOT}docs`).map((name) => `docs/${name}`)]
const FENCES = PAGES.filter((page) => page.endsWith('.md')).flatMap(fencesOf)
const PATH = `${PLEXUS.slice(0, PLEXUS.lastIndexOf('/'))}:${process.env['PATH']}`
const ran = new Set<Fence>()

function fencesOf(page: string): readonly Fence[] {
  const text = readFileSync(ROOT + page, 'utf8')
  return [...text.matchAll(/(?:^<!-- not run: (.+?) -->\n+)?^```(?:sh|bash|shell|console)\n(.*?)^```/gms)].map(
    ([, why, fenced = '']) => ({ page, text: fenced, why }),
  )
}

/** Runs the fences of a page as they stand, one after another, in the folder of the repository. */
function runPage(page: string, env: Readonly<Record<string, string>> = {}): string {
  return FENCES.filter((fence) => fence.page === page && fence.why === undefined)
    .map((fence) => {
      ran.add(fence)
      const { status, stdout, stderr } = spawnSync('sh', ['-euc', fence.text], {
        cwd: ROOT,
        env: { PATH, ...env },
        encoding: 'utf8',
      })
      assert.is(status, 0, `${fence.text}\n${stdout}${stderr}`)
      return stdout
    })
    .join('')
}

test("H7: README.md: the tour of a node by hand runs as it stands, and leaves what it says: the plugin's bridges", () => {
  const printed = runPage('README.md')
  assert.match(printed, /"interfaces":/)
  assert.match(printed, /net1@if/)
  assert.match(printed, /default via 10\.88\.50\.1 dev net1/)
  assert.equal(
    links().filter(({ kind }) => kind === 'veth'),
    [],
  )
})

test('H7: docs/troubleshooting.md: the commands that say what is wrong run on a node', () => {
  mkdirSync('/etc/cni/net.d', { recursive: true })
  copyFileSync(`${ROOT}examples/00-plexus.conf`, '/etc/cni/net.d/00-plexus.conf')
  mkdirSync('/etc/cni/plexus', { recursive: true })
  copyFileSync(`${ROOT}examples/demo/definitions.yaml`, '/etc/cni/plexus/definitions.yaml')
  for (const fence of FENCES.filter(({ page }) => page === 'docs/troubleshooting.md')) {
    ran.add(fence)
    for (const line of fence.text.trim().split('\n')) {
      const { status, stderr } = spawnSync('sh', ['-c', line], { env: { PATH }, encoding: 'utf8' })
      // 1 is an answer: something is wrong. 2 is a command that could not be run.
      assert.ok(status === 0 || status === 1, `${line}\n${stderr}`)
    }
  }
})

test(
  'H7, K2: docs/getting-started.md and docs/webhook.md: their kubectl commands do what they say on a real API server',
  async () => {
    await withApiServer(async ({ adminKubeconfig }) => {
      const env = { KUBECONFIG: adminKubeconfig, PATH: `${kubernetesPrograms()}:${PATH}`, HOME: '/run' }
      const printed = runPage('docs/getting-started.md', env)
      assert.match(printed, 'daemonset.apps/plexus created')
      assert.match(printed, 'pod/database created')
      assert.match(printed, 'daemonset.apps "plexus" deleted')
      const ofWebhook = runPage('docs/webhook.md', env)
      assert.match(ofWebhook, 'secret/plexus-webhook-certificate created')
      assert.match(ofWebhook, 'deployment.apps "plexus-webhook" deleted')
    })
  },
  { timeoutMs: 600_000 },
)

test('H7: every fenced command of README.md, CONTRIBUTING.md and docs/ was run here, or says why it is not', () => {
  const silent = FENCES.filter((fence) => fence.why === undefined && !ran.has(fence))
  assert.equal(
    silent.map(({ page, text }) => `${page}: ${text}`),
    [],
    'run them here, or say why not in a comment',
  )
  for (const { page, text, why } of FENCES.filter((fence) => fence.why !== undefined))
    console.log(`not run: ${page}: ${text.trim().split('\n').join('; ')} (${why})`)
  assert.ok(ran.size > 5)
})
