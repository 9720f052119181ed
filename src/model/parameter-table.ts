// A plain table: what becomes of every parameter of a request at every family of vendors. `parameters.ts` looks things up in it,
// docs/protocols.md is made from it, and a test holds the encoders of src/model/drivers to it.
//
// What one protocol alone knows travels as vendor state: a request's is laid over the body (objects are joined, lists appended,
// other values set), a part's is added to its block; an empty text with vendor state is the state alone.

import type { Family, Protocol } from './spec.ts'

/** When a verdict holds; otherwise the parameter is mapped. Any one suffices. */
export interface Condition {
  /** A number above this, or a list of more entries. */
  readonly above?: number
  /** One of these parameters is there, too. */
  readonly besides?: readonly string[]
}

export type Verdict =
  /** Taken as it is meant, perhaps under another name. `as` is the place in the body, `*` any entry of a list. */
  | { readonly type: 'mapped'; readonly as: string }
  /** Taken, but not quite as it is meant. */
  | { readonly type: 'approximated'; readonly as: string; readonly reason: string; readonly when?: Condition }
  | { readonly type: 'unsupported'; readonly reason: string }

export interface Parameter {
  /** In the neutral form: a field of `ChatRequest`, or of its `parameters`. */
  readonly name: string
  readonly meaning: string
  /** The field's place in a body at each door, `[]` any entry of a list; a door that has no such field is absent. */
  readonly doors: Readonly<Partial<Record<Protocol, string>>>
  readonly families: Readonly<Record<Family, Verdict>>
  /** What it asks for has no place in the neutral form of answers, so it only works where the bytes pass through. */
  readonly passThroughOnly?: true
}

const as = (path: string): Verdict => ({ type: 'mapped', as: path })
const near = (path: string, reason: string, when?: Condition): Verdict => ({
  type: 'approximated',
  as: path,
  reason,
  ...(when && { when }),
})
const no = (reason: string): Verdict => ({ type: 'unsupported', reason })

const NO_FIELD = no('The API has no such parameter.')
const NO_RULES = no('The built-in model follows fixed rules.')
const ONE_PROTOCOL = no('Only its own protocol has it.')
const nowhere = { ollama: NO_FIELD, bedrock: NO_FIELD, offline: NO_RULES }
const BESIDES_THINKING: Condition = { besides: ['reasoning.budgetTokens', 'reasoning.effort'] }

type Families = Readonly<Record<Family, Verdict>>

const everywhere = (verdict: Verdict): Families => ({
  'openai-chat': verdict,
  'openai-responses': verdict,
  anthropic: verdict,
  gemini: verdict,
  ollama: verdict,
  bedrock: verdict,
  offline: verdict,
})

const shared: readonly Parameter[] = [
  {
    name: 'max_tokens',
    meaning: 'Most tokens of the answer.',
    doors: {
      'openai-chat': 'max_tokens',
      'openai-responses': 'max_output_tokens',
      anthropic: 'max_tokens',
      gemini: 'generationConfig.maxOutputTokens',
    },
    families: {
      // Some models take it under its newer name only; the driver finds out.
      'openai-chat': as('max_tokens'),
      'openai-responses': as('max_output_tokens'),
      anthropic: as('max_tokens'),
      gemini: as('generationConfig.maxOutputTokens'),
      ollama: as('options.num_predict'),
      bedrock: as('inferenceConfig.maxTokens'),
      offline: as('max_tokens'),
    },
  },
  {
    name: 'max_completion_tokens',
    meaning: 'The newer name of `max_tokens`.',
    doors: { 'openai-chat': 'max_completion_tokens' },
    families: {
      'openai-chat': as('max_tokens'),
      'openai-responses': as('max_output_tokens'),
      anthropic: as('max_tokens'),
      gemini: as('generationConfig.maxOutputTokens'),
      ollama: as('options.num_predict'),
      bedrock: as('inferenceConfig.maxTokens'),
      offline: as('max_completion_tokens'),
    },
  },
  {
    name: 'temperature',
    meaning: 'How freely words are chosen.',
    doors: {
      'openai-chat': 'temperature',
      'openai-responses': 'temperature',
      anthropic: 'temperature',
      gemini: 'generationConfig.temperature',
    },
    families: {
      'openai-chat': as('temperature'),
      'openai-responses': as('temperature'),
      anthropic: near('temperature', 'Values above 1 become 1, and thinking leaves it out.', {
        above: 1,
        ...BESIDES_THINKING,
      }),
      gemini: as('generationConfig.temperature'),
      ollama: as('options.temperature'),
      bedrock: near('inferenceConfig.temperature', 'Values above 1 become 1.', { above: 1 }),
      offline: NO_RULES,
    },
  },
  {
    name: 'top_p',
    meaning: 'Share of the likeliest words to choose from.',
    doors: {
      'openai-chat': 'top_p',
      'openai-responses': 'top_p',
      anthropic: 'top_p',
      gemini: 'generationConfig.topP',
    },
    families: {
      'openai-chat': as('top_p'),
      'openai-responses': as('top_p'),
      anthropic: near('top_p', 'Left out beside a temperature, which newer models refuse, and beside thinking.', {
        besides: ['temperature', 'reasoning.budgetTokens', 'reasoning.effort'],
      }),
      gemini: as('generationConfig.topP'),
      ollama: as('options.top_p'),
      bedrock: as('inferenceConfig.topP'),
      offline: NO_RULES,
    },
  },
  {
    name: 'top_k',
    meaning: 'How many of the likeliest words to choose from.',
    doors: { anthropic: 'top_k', gemini: 'generationConfig.topK' },
    families: {
      'openai-chat': no('The API has no such parameter; servers that do are told so by `extraParameters`.'),
      'openai-responses': NO_FIELD,
      anthropic: near('top_k', 'Left out beside thinking.', BESIDES_THINKING),
      gemini: as('generationConfig.topK'),
      ollama: as('options.top_k'),
      bedrock: NO_FIELD,
      offline: NO_RULES,
    },
  },
  ...(['presence_penalty', 'frequency_penalty'] as const).map((name) => ({
    name,
    meaning: name === 'presence_penalty' ? 'Against words that were said.' : 'Against words that were said often.',
    doors: {
      'openai-chat': name,
      gemini: name === 'presence_penalty' ? 'generationConfig.presencePenalty' : 'generationConfig.frequencyPenalty',
    },
    families: {
      'openai-chat': as(name),
      'openai-responses': NO_FIELD,
      anthropic: NO_FIELD,
      gemini: as(
        name === 'presence_penalty' ? 'generationConfig.presencePenalty' : 'generationConfig.frequencyPenalty',
      ),
      ollama: as(`options.${name}`),
      bedrock: NO_FIELD,
      offline: NO_RULES,
    },
  })),
  {
    name: 'seed',
    meaning: 'The same seed, mostly the same answer.',
    doors: { 'openai-chat': 'seed', gemini: 'generationConfig.seed' },
    families: {
      'openai-chat': as('seed'),
      'openai-responses': NO_FIELD,
      anthropic: NO_FIELD,
      gemini: as('generationConfig.seed'),
      ollama: as('options.seed'),
      bedrock: NO_FIELD,
      offline: no('The same request always gets the same answer.'),
    },
  },
  {
    name: 'logit_bias',
    meaning: 'Likelier and less likely tokens, by the ids of the vendor.',
    doors: { 'openai-chat': 'logit_bias' },
    families: {
      'openai-chat': as('logit_bias'),
      'openai-responses': NO_FIELD,
      anthropic: NO_FIELD,
      gemini: NO_FIELD,
      ...nowhere,
    },
  },
  {
    name: 'verbosity',
    meaning: 'How long answers are.',
    doors: { 'openai-chat': 'verbosity', 'openai-responses': 'text.verbosity' },
    families: {
      'openai-chat': as('verbosity'),
      'openai-responses': as('text.verbosity'),
      anthropic: NO_FIELD,
      gemini: NO_FIELD,
      ...nowhere,
    },
  },
  {
    name: 'stop',
    meaning: 'Texts that end the answer.',
    doors: {
      'openai-chat': 'stop',
      anthropic: 'stop_sequences',
      gemini: 'generationConfig.stopSequences',
    },
    families: {
      'openai-chat': as('stop'),
      'openai-responses': NO_FIELD,
      anthropic: as('stop_sequences'),
      gemini: near('generationConfig.stopSequences', 'Only the first five.', { above: 5 }),
      ollama: as('options.stop'),
      bedrock: as('inferenceConfig.stopSequences'),
      offline: as('stop'),
    },
  },
  {
    name: 'tools',
    meaning: 'Functions that the model may call.',
    doors: {
      'openai-chat': 'tools',
      'openai-responses': 'tools',
      anthropic: 'tools',
      gemini: 'tools[].functionDeclarations',
    },
    families: {
      'openai-chat': as('tools'),
      'openai-responses': as('tools'),
      anthropic: as('tools'),
      gemini: as('tools.*.functionDeclarations'),
      ollama: as('tools'),
      bedrock: as('toolConfig.tools'),
      offline: as('tools'),
    },
  },
  {
    name: 'tools.strict',
    meaning: 'The vendor holds the model to the schema of the arguments.',
    doors: {
      'openai-chat': 'tools[].function.strict',
      'openai-responses': 'tools[].strict',
      anthropic: 'tools[].strict',
    },
    families: {
      'openai-chat': as('tools.*.function.strict'),
      'openai-responses': as('tools.*.strict'),
      anthropic: as('tools.*.strict'),
      gemini: NO_FIELD,
      ...nowhere,
    },
  },
  {
    name: 'toolChoice',
    meaning: 'Whether and which function is called.',
    doors: {
      'openai-chat': 'tool_choice',
      'openai-responses': 'tool_choice',
      anthropic: 'tool_choice',
      gemini: 'toolConfig.functionCallingConfig',
    },
    families: {
      'openai-chat': as('tool_choice'),
      'openai-responses': as('tool_choice'),
      anthropic: as('tool_choice'),
      gemini: as('toolConfig.functionCallingConfig'),
      ollama: near('tools', 'A named tool is offered alone and `none` offers none; no call can be forced.'),
      bedrock: near('toolConfig', '`none` leaves the tools out.'),
      offline: as('toolChoice'),
    },
  },
  {
    name: 'parallelToolCalls',
    meaning: 'False: at most one call a turn.',
    doors: {
      'openai-chat': 'parallel_tool_calls',
      'openai-responses': 'parallel_tool_calls',
      anthropic: 'tool_choice.disable_parallel_tool_use',
    },
    families: {
      'openai-chat': as('parallel_tool_calls'),
      'openai-responses': as('parallel_tool_calls'),
      anthropic: as('tool_choice.disable_parallel_tool_use'),
      gemini: NO_FIELD,
      ollama: NO_FIELD,
      bedrock: NO_FIELD,
      offline: no('It never makes more than one.'),
    },
  },
  {
    name: 'reasoning.effort',
    meaning: 'How much the model thinks, in words.',
    doors: {
      'openai-chat': 'reasoning_effort',
      'openai-responses': 'reasoning.effort',
      anthropic: 'output_config.effort',
      gemini: 'generationConfig.thinkingConfig.thinkingLevel',
    },
    families: {
      'openai-chat': as('reasoning_effort'),
      'openai-responses': as('reasoning.effort'),
      anthropic: near('thinking', 'A budget of tokens stands for it; none where a tool is forced.'),
      gemini: near('generationConfig.thinkingConfig', 'A budget of tokens stands for it.'),
      ollama: near('think', 'On or off.'),
      bedrock: NO_FIELD,
      offline: NO_RULES,
    },
  },
  {
    name: 'reasoning.budgetTokens',
    meaning: 'Tokens of thinking.',
    doors: { anthropic: 'thinking', gemini: 'generationConfig.thinkingConfig.thinkingBudget' },
    families: {
      'openai-chat': near('reasoning_effort', 'A word for the effort stands for it.'),
      'openai-responses': near('reasoning.effort', 'A word for the effort stands for it.'),
      anthropic: near('thinking', 'At least 1,024; none where a tool is forced or the answer is held to a schema.', {
        besides: ['toolChoice', 'responseSchema'],
      }),
      gemini: as('generationConfig.thinkingConfig.thinkingBudget'),
      ollama: near('think', 'On or off.'),
      bedrock: NO_FIELD,
      offline: NO_RULES,
    },
  },
  {
    name: 'json',
    meaning: 'The answer is JSON of any form.',
    doors: {
      'openai-chat': 'response_format',
      'openai-responses': 'text.format',
      gemini: 'generationConfig.responseMimeType',
    },
    families: {
      'openai-chat': as('response_format'),
      'openai-responses': as('text.format'),
      anthropic: NO_FIELD,
      gemini: as('generationConfig.responseMimeType'),
      ollama: as('format'),
      bedrock: NO_FIELD,
      offline: NO_RULES,
    },
  },
  {
    name: 'responseSchema',
    meaning: 'The answer is JSON that fits a schema.',
    doors: {
      'openai-chat': 'response_format.json_schema',
      'openai-responses': 'text.format.schema',
      anthropic: 'output_config.format',
      gemini: 'generationConfig.responseSchema',
    },
    families: {
      'openai-chat': as('response_format.json_schema'),
      'openai-responses': as('text.format'),
      anthropic: near('tools', 'As the arguments of a forced tool, which every model takes.'),
      gemini: near(
        'generationConfig.responseSchema',
        'In its own dialect: references are inlined, rules it lacks left out.',
      ),
      ollama: as('format'),
      bedrock: near('toolConfig', 'As the arguments of a forced tool.'),
      offline: as('responseSchema'),
    },
  },
  {
    name: 'user',
    meaning: "The caller's own id of its user.",
    doors: { 'openai-chat': 'user', 'openai-responses': 'user', anthropic: 'metadata.user_id' },
    families: {
      'openai-chat': as('user'),
      'openai-responses': as('user'),
      anthropic: as('metadata.user_id'),
      gemini: NO_FIELD,
      ...nowhere,
    },
  },
  {
    name: 'failed',
    meaning: 'A tool failed.',
    doors: { anthropic: 'messages[].content[].is_error' },
    families: {
      'openai-chat': near('messages', 'The text of the result says it.'),
      'openai-responses': near('input', 'The text of the result says it.'),
      anthropic: as('messages.*.content.*.is_error'),
      gemini: near('contents', 'The text of the result says it.'),
      ollama: near('messages', 'The text of the result says it.'),
      bedrock: as('messages.*.content.*.toolResult.status'),
      offline: NO_RULES,
    },
  },
]

const untold = (name: string, meaning: string, doors: Parameter['doors']): Parameter => {
  const here = (protocol: Protocol): Verdict => {
    const path = doors[protocol]
    return path === undefined ? NO_FIELD : near(path, 'What the vendor answers to it is left out of the answer.')
  }
  return {
    name,
    meaning,
    doors,
    families: {
      'openai-chat': here('openai-chat'),
      'openai-responses': here('openai-responses'),
      anthropic: NO_FIELD,
      gemini: here('gemini'),
      ...nowhere,
    },
    passThroughOnly: true,
  }
}

const lost: readonly Parameter[] = [
  {
    name: 'n',
    meaning: 'Several answers to one question.',
    doors: { 'openai-chat': 'n', gemini: 'generationConfig.candidateCount' },
    families: everywhere(no('One answer a call.')),
    passThroughOnly: true,
  },
  untold('logprobs', 'How likely the chosen words were.', {
    'openai-chat': 'logprobs',
    gemini: 'generationConfig.responseLogprobs',
  }),
  untold('top_logprobs', 'How likely other words were.', {
    'openai-chat': 'top_logprobs',
    'openai-responses': 'top_logprobs',
    gemini: 'generationConfig.logprobs',
  }),
]

/** What OpenAI's two APIs share. */
const openAi: readonly Parameter[] = (
  [
    ['service_tier', 'How fast, at which price.'],
    ['store', 'The vendor keeps the answer.'],
    ['metadata', 'Labels that the vendor keeps with the answer.'],
    ['prompt_cache_key', 'Which calls share a cache.'],
    ['prompt_cache_retention', 'How long the cache of a prompt lives.'],
    ['safety_identifier', 'Who is asking, for the vendor to watch.'],
  ] as const
).map(([name, meaning]) => ({
  name,
  meaning,
  doors: { 'openai-chat': name, 'openai-responses': name },
  families: { ...everywhere(ONE_PROTOCOL), 'openai-chat': as(name), 'openai-responses': as(name) },
}))

/** Vendor state: fields of a body that only one protocol has. */
const only = (protocol: Protocol, rows: readonly OwnRow[]): readonly Parameter[] =>
  rows.map(([path, meaning, elsewhere = {}]) => ({
    name: `vendorState.${protocol}.${path}`,
    meaning,
    doors: { [protocol]: path },
    families: { ...everywhere(ONE_PROTOCOL), [protocol]: as(path.replaceAll('[]', '.*')), ...elsewhere },
  }))

type OwnRow = readonly [path: string, meaning: string, elsewhere?: Partial<Families>]

const cachePoint = (list: string): Partial<Families> => ({
  bedrock: near(`${list}.*.cachePoint`, 'A point behind it, of the usual lifetime.'),
})

const ownFields: readonly Parameter[] = [
  ...only('openai-chat', [
    ['modalities', 'Kinds of the answer.'],
    ['audio', 'Voice and format of a spoken answer.'],
    ['prediction', 'What the answer will mostly be.'],
    ['web_search_options', "The vendor's search of the web."],
    ['functions', 'The old form of `tools`.'],
    ['function_call', 'The old form of `tool_choice`.'],
    ['tools[].custom', 'Tools that take text in place of JSON.'],
  ]),
  ...only('openai-responses', [
    ['previous_response_id', 'An answer the vendor keeps, to go on from.'],
    ['conversation', 'A conversation the vendor keeps.'],
    ['prompt', 'A prompt the vendor keeps.'],
    ['background', 'The vendor answers later.'],
    ['truncation', 'The vendor leaves out what is too long.'],
    ['include', 'What else the answer shall hold.'],
    ['max_tool_calls', "Most calls of the vendor's own tools."],
    ['reasoning.summary', 'A summary of the thinking.'],
    ['context_management', 'What the vendor forgets when a conversation grows.'],
  ]),
  ...only('anthropic', [
    ['cache_control', 'Caches the prompt up to its end.'],
    ['system[].cache_control', 'Caches the prompt up to here.', cachePoint('system')],
    ['messages[].content[].cache_control', 'Caches the prompt up to here.', cachePoint('messages.*.content')],
    ['tools[].cache_control', 'Caches the prompt up to here.'],
    ['service_tier', 'How fast, at which price.'],
    ['speed', 'Faster, for more money.'],
    ['container', 'Where the vendor runs code.'],
    ['mcp_servers', 'Tool servers that the vendor calls.'],
    ['context_management', 'What the vendor forgets when a conversation grows.'],
    ['inference_geo', 'Where in the world the model runs.'],
    ['tools[].type', "The vendor's own tools, such as its search of the web."],
    ['messages[].content[].citations', 'The answer names its places in a document.'],
    ['messages[].content[].context', 'What a document is about.'],
    [
      'messages[].content[].signature',
      "The vendor's signature of its thinking.",
      { bedrock: as('messages.*.content.*.reasoningContent') },
    ],
  ]),
  ...only('gemini', [
    ['safetySettings', 'What the vendor filters.'],
    ['cachedContent', 'A prompt the vendor keeps.'],
    ['labels', 'Labels that the vendor keeps with the call.'],
    ['serviceTier', 'How fast, at which price.'],
    ['store', 'The vendor keeps the call in its logs.'],
    ['toolConfig.retrievalConfig', "Where the vendor's own tools search."],
    ['generationConfig.thinkingConfig.includeThoughts', 'Whether thinking is shown.'],
    ['generationConfig.responseModalities', 'Kinds of the answer.'],
    ['generationConfig.speechConfig', 'The voice of a spoken answer.'],
    ['generationConfig.imageConfig', 'The form of pictures.'],
    ['generationConfig.mediaResolution', 'How closely pictures are looked at.'],
    ['generationConfig.audioTimestamp', 'Sounds come with their times.'],
    ['tools[].googleSearch', "The vendor's search of the web."],
    ['tools[].urlContext', 'The vendor reads pages.'],
    ['tools[].codeExecution', 'The vendor runs code.'],
    ['contents[].parts[].thoughtSignature', "The vendor's signature of its thinking."],
    ['contents[].parts[].videoMetadata', 'A stretch of a video.'],
    ['contents[].parts[].mediaResolution', 'How closely a picture is looked at.'],
  ]),
]

/** Parameters of app files that only Ollama's API knows; other servers may be told to take them. */
const ollamaOptions: readonly Parameter[] = (
  [
    ['num_ctx', 'Tokens of the context window.'],
    ['min_p', 'Least share of the likeliest word to be chosen from.'],
    ['repeat_penalty', 'Against words that were said.'],
  ] as const
).map(([name, meaning]) => ({
  name,
  meaning,
  doors: {},
  families: { ...everywhere(ONE_PROTOCOL), ollama: as(`options.${name}`), offline: NO_RULES },
}))

export const parameters: readonly Parameter[] = [...shared, ...lost, ...openAi, ...ownFields, ...ollamaOptions]
