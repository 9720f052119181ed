// `npm start`: a fresh clone installs, builds and serves. Arguments go to `heddle serve`.
import { prepare } from './prepare.mjs'

await prepare()

// npm puts a shell in between that passes no signals on. When npm is told to end, the shell goes, and so must the server.
if (process.env.npm_lifecycle_event !== undefined) {
  const shell = process.ppid
  setInterval(() => {
    if (process.ppid !== shell) process.kill(process.pid, 'SIGTERM')
  }, 500).unref()
}
process.argv.splice(2, 0, 'serve')
await import('../dist/cli/main.js')
