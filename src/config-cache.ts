// The caches in front of chat models in the configuration, below `gateway.cache`.

import { z } from 'zod'
import { count, milliseconds } from './config-values.ts'

const MiB = 1024 * 1024
const GiB = 1024 * MiB
/** 30 days. */
const LONGEST_MS = 2_592_000_000

/** From 0 to 1; the environment hands numbers over as texts. */
const share = () =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^(0|1|0?\.\d{1,9}|1\.0+)$/.test(value) ? Number(value) : value),
    z.number().min(0).max(1),
  )

export const cacheSchema = z
  .strictObject({
    /** What calls get that do not ask for a mode themselves. */
    mode: z.enum(['off', 'exact', 'simple', 'bounded']).default('off'),
    /** Who shares answers. */
    scope: z.enum(['tenant', 'app', 'user']).default('app'),
    /** How long an answer is a hit. */
    ttlMs: count(1, LONGEST_MS).default(86_400_000),
    /** How long after that it is served while a fresh one is fetched. */
    staleWhileRevalidateMs: count(0, LONGEST_MS).default(0),
    /** How long after that it stands in when no fresh one can be had. */
    staleIfErrorMs: count(0, LONGEST_MS).default(0),
    /** In this process. */
    memoryEntries: count(0, 10_000_000).default(1_000),
    memoryBytes: count(0, 16 * GiB).default(64 * MiB),
    /** In the database, of one tenant. 0: nothing is kept there. */
    storedEntries: count(0, 100_000_000).default(100_000),
    storedBytes: count(0, 1_024 * GiB).default(GiB),
    /** What is asked for less often is dropped after an hour. 0: nothing is. */
    minHitsPerHour: count(0, 1_000_000).default(6),
    /** Of one answer. */
    answerBytes: count(1, 256 * MiB).default(4 * MiB),
    /** Similarity from which the mode `simple` serves the answer to another question. */
    threshold: share().default(0.85),
    /** Largest probability that one such answer is wrong, in the mode `bounded`. */
    epsilon: share().default(0.05),
    /** Largest share of wrong ones among them. */
    delta: share().default(0.02),
    /** Share of them that is compared with a fresh answer. */
    auditShare: share().default(0.02),
    /** Vectors of questions in memory. */
    vectors: count(0, 10_000_000).default(10_000),
    /** Absent: `models.embedding`. */
    embedding: z
      .string()
      .regex(/^[^/\s]+\/\S+$/, 'must be written provider/model')
      .exactOptional(),
    /** Longest wait for a vector. */
    embedMs: milliseconds().default(2_000),
    /** Answers that are there from the start, one JSON object a line. */
    warmUpFile: z.string().min(1).exactOptional(),
  })
  .prefault({})
