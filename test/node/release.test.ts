import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { parseAllDocuments } from 'yaml'
import { assert, test } from '../harness.ts'
import { inTemporaryFolder } from '../host/temporary.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const { version, dependencies } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'))
const OVERLAYS = ['containerd', 'crio', 'k3s', 'microk8s', 'rke2']
const MACHINE = process.arch === 'x64' ? 'amd64' : 'arm64'
const NAMES = [
  'SHA256SUMS',
  ...[...OVERLAYS, 'crds', 'uninstall', 'webhook'].map((name) => `plexus-${version}-${name}.yaml`),
  `plexus-${version}-image-${MACHINE}.tar`,
  ...['amd64', 'arm64'].map((architecture) => `plexus-${version}-linux-${architecture}`),
  `plexus-${version}-sbom.cdx.json`,
  `plexus-${version}.1`,
  `plexus-${version}-webhook-certificate.sh`,
].sort()

test(
  'K2, K3: a release is two executables, an image of them and the C library, manifests, an SBOM, and sums that hold',
  async () => {
    await inTemporaryFolder((folder) => {
      // The folder that has kubectl.
      const programs = execFileSync('sh', [`${ROOT}scripts/build-kubernetes.sh`], { encoding: 'utf8' }).trim()
      const env = { ...process.env, PATH: `${programs}:${process.env['PATH']}` }
      execFileSync('sh', [`${ROOT}scripts/release.sh`, `${folder}/release`], { stdio: 'pipe', env })
      const release = `${folder}/release/plexus-${version}`
      assert.equal(readdirSync(`${folder}/release`).sort(), NAMES)
      execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: `${folder}/release`, stdio: 'pipe' })
      assert.is(readFileSync(`${folder}/release/SHA256SUMS`, 'utf8').trim().split('\n').length, NAMES.length - 1)
      for (const [architecture, machine] of [
        ['amd64', 0x3e],
        ['arm64', 0xb7],
      ] as const)
        assert.is(readFileSync(`${release}-linux-${architecture}`).readUInt16LE(18), machine, architecture)
      assertImage(`${release}-image-${MACHINE}.tar`, folder)
      for (const overlay of OVERLAYS) assertManifest(`${release}-${overlay}.yaml`)
      assertSbom(`${release}-sbom.cdx.json`)
    })
  },
  { timeoutMs: 600_000 },
)

// The image holds no shell: what it starts is the executable, in its own root.
function assertImage(archive: string, folder: string): void {
  const root = `${folder}/root`
  execFileSync('mkdir', [root, `${folder}/archive`])
  execFileSync('tar', ['-xf', archive, '-C', `${folder}/archive`])
  const [{ Layers, RepoTags }] = JSON.parse(readFileSync(`${folder}/archive/manifest.json`, 'utf8'))
  assert.equal(RepoTags, [`docker.io/library/plexus:${version}`])
  assert.is(Layers.length, 2)
  for (const layer of Layers) execFileSync('tar', ['-xf', `${folder}/archive/${layer}`, '-C', root])
  assertSizes(Layers.map((layer: string) => `${folder}/archive/${layer}`))
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(`${root}/${name}`).isFile(),
  )
  const others = files.filter((name) => !/\/(lib(c|m|dl|pthread)\.so\.\d|ld-linux[^/]*)$/.test(name))
  assert.equal(others.sort(), ['bin/sleep', 'usr/local/bin/plexus'])
  // Every container has it, and Bun does not start without.
  execFileSync('mkdir', [`${root}/proc`])
  execFileSync('mount', ['-t', 'proc', 'proc', `${root}/proc`])
  try {
    const said = execFileSync('chroot', [root, '/usr/local/bin/plexus', '--version'], { encoding: 'utf8' })
    assert.match(said, version)
    execFileSync('chroot', [root, '/bin/sleep', '0'])
  } finally {
    execFileSync('umount', [`${root}/proc`])
  }
}

// As docs/releasing.md says them, give or take what a change of the sources makes.
function assertSizes(layers: readonly string[]): void {
  const rows = readFileSync(`${ROOT}docs/releasing.md`, 'utf8').matchAll(
    /^\| \w+ +\|.*\| (\d+) MiB +\| (\d+) MiB +\|$/gm,
  )
  const told = [...rows].map(([, ...sizes]) => sizes.map(Number))
  const measured = layers.map((layer) => {
    const bytes = readFileSync(layer)
    return [bytes.length, gzipSync(bytes).length].map((length) => length / 1024 / 1024)
  })
  for (const [index, sizes] of measured.entries())
    for (const [column, size] of sizes.entries()) {
      const said = told[index]?.[column] ?? 0
      assert.ok(Math.abs(size - said) <= Math.max(1, said / 20), `layer ${index + 1}: ${size} MiB, not ${said}`)
    }
}

function assertManifest(path: string): void {
  const kinds = parseAllDocuments(readFileSync(path, 'utf8')).map((document) => document.toJS().kind)
  for (const kind of ['ClusterRole', 'ConfigMap', 'DaemonSet', 'ServiceAccount']) assert.ok(kinds.includes(kind), path)
}

function assertSbom(path: string): void {
  const { bomFormat, components } = JSON.parse(readFileSync(path, 'utf8'))
  assert.is(bomFormat, 'CycloneDX')
  const names = components.map(({ purl }: { readonly purl: string }) => purl)
  for (const [name, pinned] of Object.entries(dependencies))
    assert.ok(names.includes(`pkg:npm/${name.replace('@', '%40')}@${pinned}`), name)
}
