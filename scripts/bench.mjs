// `npm run bench -- NAME`: runs one program of bench/. Its yardsticks are installed only now, in bench/'s own package.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { install, prepare, root } from './prepare.mjs'

const folder = join(root, 'bench')
const [name, ...rest] = process.argv.slice(2)
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.mjs') ? [file.slice(0, -4)] : []))
if (!name || !existsSync(join(folder, `${name}.mjs`))) {
  process.stderr.write(`Usage: npm run bench -- NAME\nThere are: ${names.join(', ')}\n`)
  process.exit(2)
}
await prepare()
install(folder)
const { status } = spawnSync(process.execPath, ['--expose-gc', join(folder, `${name}.mjs`), ...rest], {
  stdio: 'inherit',
})
process.exit(status ?? 1)
