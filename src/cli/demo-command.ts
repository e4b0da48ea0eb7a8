import { type Command, Option } from 'commander'
import { type DemoOutput, demo } from './demo.ts'
import { demoInside } from './demo-inside.ts'

/** Adds `demo` to the command line. */
export function addDemoCommand(plexus: Command): void {
  plexus
    .command('demo')
    .description('attach two pods to bridge, macvlan and ipvlan, show what happens, undo it')
    .addOption(new Option('-o, --output <format>', 'how to show it').choices(['text', 'json']).default('text'))
    .addOption(new Option('--inside', 'this is the machine of its own that the demo runs on').hideHelp())
    .action(async ({ output, inside }: { readonly output: DemoOutput; readonly inside?: boolean }) => {
      process.exitCode = inside ? await demoInside(output) : demo(output)
    })
}
