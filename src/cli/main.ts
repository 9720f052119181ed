#!/usr/bin/env node
// The command `heddle`. Its first act is to keep the process small while the rest of it loads; program.ts has the commands.

import { keepYoungGenerationSmall } from './young-generation.ts'

keepYoungGenerationSmall()
const { runProgram } = await import('./program.ts')
process.exitCode = await runProgram(process.argv)
