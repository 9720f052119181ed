// `npm run conformance -- FILE.jsonl …`: reference cases through the real engine.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { install, root } from './prepare.mjs'

install()
const program = join(root, 'test', 'conformance', 'main.ts')
const { status } = spawnSync(
  process.execPath,
  ['--import', import.meta.resolve('tsx'), program, ...process.argv.slice(2)],
  { stdio: 'inherit' },
)
process.exit(status ?? 1)
