// What every command of a fresh clone needs first: packages installed and sources built. Does nothing when both are current.

import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Runs npm as this npm does, also where `npm` is not on the path. */
const npm = (args, cwd) => {
  const script = process.env.npm_execpath
  const command =
    script?.endsWith('.js') || script?.endsWith('.cjs') ? [process.execPath, [script, ...args]] : ['npm', args]
  // Development packages are part of the build, whatever NODE_ENV says. Output goes to stderr: stdout belongs to the command.
  const env = { ...process.env, NODE_ENV: 'development' }
  const { status, error } = spawnSync(...command, {
    cwd,
    env,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (error || status !== 0) throw new Error(`npm ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`)
}

const mtime = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0)

/** Installs the packages of a folder when its lock file is newer than what is installed. */
export const install = (folder = root) => {
  const lock = join(folder, 'package-lock.json')
  const installed = join(folder, 'node_modules', '.package-lock.json')
  if (mtime(installed) >= mtime(lock) && mtime(installed) > 0) return
  process.stderr.write(`Installing packages${folder === root ? '' : ` of ${relative(root, folder)}`} …\n`)
  // Not `npm ci`: it refuses a lock file without the packages of other platforms, which a partial mirror cannot know.
  npm(['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], folder)
}

const newest = (folder) => {
  let time = mtime(folder)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    time = Math.max(time, entry.isDirectory() ? newest(path) : mtime(path))
  }
  return time
}

/** Compiles src/ to dist/ when anything in it changed. Types are checked by `npm run check`, not here: a start should not wait for it. */
export const build = async () => {
  const dist = join(root, 'dist')
  const stamp = join(dist, '.built')
  const settings = Math.max(mtime(join(root, 'tsconfig.json')), mtime(fileURLToPath(import.meta.url)))
  if (mtime(stamp) >= Math.max(newest(join(root, 'src')), settings)) return
  process.stderr.write('Building …\n')
  const { default: typescript } = await import('typescript')
  const { config } = typescript.readConfigFile(join(root, 'tsconfig.json'), typescript.sys.readFile)
  const { options } = typescript.convertCompilerOptionsFromJson(
    { ...config.compilerOptions, noEmit: false, module: 'ESNext', moduleResolution: 'Bundler' },
    root,
  )
  // Built aside and moved into place: what runs from dist/ meanwhile never sees half of it.
  const fresh = join(root, 'node_modules', '.cache', `heddle-dist-${process.pid}`)
  compileFolder(
    join(root, 'src'),
    fresh,
    (fileName, text) => typescript.transpileModule(text, { fileName, compilerOptions: options }).outputText,
  )
  writeFileSync(join(fresh, '.built'), '')
  rmSync(dist, { recursive: true, force: true })
  try {
    renameSync(fresh, dist)
  } catch (error) {
    // Another build of the same sources was quicker.
    if (!existsSync(stamp)) throw error
    rmSync(fresh, { recursive: true, force: true })
  }
}

const compileFolder = (from, to, compile) => {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name)
    const target = join(to, entry.name)
    if (entry.isDirectory()) {
      if (!entry.name.startsWith('__')) compileFolder(source, target, compile)
    } else if (/\.(test|fixture)\.ts$/.test(entry.name)) {
      // Tests are no part of the product.
    } else if (entry.name.endsWith('.ts')) {
      writeFileSync(target.replace(/\.ts$/, '.js'), compile(source, readFileSync(source, 'utf8')))
    } else {
      // What is read or started as it is: workers and child processes, texts.
      copyFileSync(source, target)
    }
  }
}

/** For scripts: ends with a plain line instead of a stack. */
export const prepare = async () => {
  try {
    install()
    await build()
  } catch (error) {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}
