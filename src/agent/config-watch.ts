import { type ConfigFiles, shadowOf } from '../cni/index.ts'

/**
 * Why the runtime does not take a node configuration; undefined where it does. Others write into its folder as well:
 * Cilium renames what is not its own (Multus #972), and what sorts before it is taken in its place.
 */
export function configFault(files: ConfigFiles, path: string): string | undefined {
  const at = path.lastIndexOf('/')
  const [folder, name] = [path.slice(0, at), path.slice(at + 1)]
  const names = files.list(folder) ?? []
  if (names.includes(name)) {
    const first = shadowOf(files, folder, path)
    return first && `${first} comes before ${path}, and the runtime takes it: pods get its network alone; remove it`
  }
  if (names.includes(`${name}.cilium_bak`))
    return `${path} was renamed by Cilium: pods get Cilium's network alone; give Cilium cni.exclusive=false, and install Plexus again`
  return `${path} was removed: pods get another network's configuration alone; install Plexus again`
}
