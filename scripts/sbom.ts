import { readFileSync } from 'node:fs'

// tsx scripts/sbom.ts
//
// Prints the software bill of materials of the executable, CycloneDX 1.5: every package of package-lock.json that is not
// for development alone. `npm sbom --omit dev` leaves out `yaml`, which development wants as well.

type Locked = {
  readonly version: string
  readonly integrity?: string
  readonly license?: string
  readonly dev?: boolean
  readonly optional?: boolean
}

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'))
const { '': root, ...packages } = lock.packages as Readonly<Record<string, Locked>>

const sbom = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  metadata: { component: { ...component(lock.name, root as Locked), type: 'application' } },
  components: Object.entries(packages)
    .filter(([, { dev, optional }]) => !dev && !optional)
    .map(([path, locked]) => component(path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length), locked)),
}
console.log(JSON.stringify(sbom, undefined, 2))

function component(name: string, { version, integrity, license }: Locked): object {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    ...(license && { licenses: [{ expression: license }] }),
    ...(integrity?.startsWith('sha512-') && { hashes: [{ alg: 'SHA-512', content: hexOf(integrity) }] }),
  }
}

function hexOf(integrity: string): string {
  return Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex')
}
