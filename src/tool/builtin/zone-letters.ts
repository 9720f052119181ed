// Letters of time zones that Intl shows as an offset: abbreviation, offset, zones. A plain table.
// Source: the IANA time zone database, which is in the public domain.

const LETTERS: readonly (readonly [letters: string, offsetSeconds: number, zones: string])[] = [
  ['ACDT', 37800, 'Australia/Adelaide Australia/Broken_Hill Australia/South Australia/Yancowinna'],
  [
    'ACST',
    34200,
    'Australia/Adelaide Australia/Broken_Hill Australia/Darwin Australia/North Australia/South Australia/Yancowinna',
  ],
  [
    'AEDT',
    39600,
    'Antarctica/Macquarie Australia/ACT Australia/Canberra Australia/Currie Australia/Hobart Australia/Melbourne Australia/NSW Australia/Sydney Australia/Tasmania Australia/Victoria',
  ],
  [
    'AEST',
    36000,
    'Antarctica/Macquarie Australia/ACT Australia/Brisbane Australia/Canberra Australia/Currie Australia/Hobart Australia/Lindeman Australia/Melbourne Australia/NSW Australia/Queensland Australia/Sydney Australia/Tasmania Australia/Victoria',
  ],
  ['AWST', 28800, 'Australia/Perth Australia/West'],
  ['BST', 3600, 'Europe/Guernsey Europe/Isle_of_Man Europe/Jersey'],
  [
    'CAT',
    7200,
    'Africa/Blantyre Africa/Bujumbura Africa/Gaborone Africa/Harare Africa/Juba Africa/Khartoum Africa/Kigali Africa/Lubumbashi Africa/Lusaka Africa/Maputo Africa/Windhoek',
  ],
  ['CDT', -14400, 'America/Havana Cuba'],
  ['CST', 28800, 'Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Macao Asia/Macau Asia/Shanghai Asia/Taipei PRC ROC'],
  ['CST', -18000, 'America/Havana Cuba'],
  ['ChST', 36000, 'Pacific/Guam Pacific/Saipan'],
  [
    'EAT',
    10800,
    'Africa/Addis_Ababa Africa/Asmara Africa/Asmera Africa/Dar_es_Salaam Africa/Djibouti Africa/Kampala Africa/Mogadishu Africa/Nairobi Indian/Antananarivo Indian/Comoro Indian/Mayotte',
  ],
  ['GMT', 0, 'Etc/GMT GMT GMT+0 GMT-0 GMT0'],
  ['HDT', -32400, 'America/Adak America/Atka US/Aleutian'],
  ['HKT', 28800, 'Asia/Hong_Kong Hongkong'],
  ['HST', -36000, 'America/Adak America/Atka US/Aleutian'],
  ['IDT', 10800, 'Asia/Jerusalem Asia/Tel_Aviv Israel'],
  ['IST', 3600, 'Eire Europe/Dublin'],
  ['IST', 7200, 'Asia/Jerusalem Asia/Tel_Aviv Israel'],
  ['IST', 19800, 'Asia/Calcutta Asia/Kolkata'],
  ['JST', 32400, 'Asia/Tokyo Japan'],
  ['KST', 32400, 'Asia/Pyongyang Asia/Seoul ROK'],
  ['MEST', 7200, 'MET'],
  ['MET', 3600, 'MET'],
  ['MSK', 10800, 'Europe/Kirov Europe/Moscow Europe/Simferopol Europe/Volgograd W-SU'],
  ['MST', -25200, 'America/Dawson America/Hermosillo America/Mazatlan America/Whitehorse Canada/Yukon Mexico/BajaSur'],
  ['NDT', -9000, 'America/St_Johns Canada/Newfoundland'],
  ['NST', -12600, 'America/St_Johns Canada/Newfoundland'],
  ['NZDT', 46800, 'Antarctica/McMurdo Antarctica/South_Pole NZ Pacific/Auckland'],
  ['NZST', 43200, 'Antarctica/McMurdo Antarctica/South_Pole NZ Pacific/Auckland'],
  ['PKT', 18000, 'Asia/Karachi'],
  ['PST', 28800, 'Asia/Manila'],
  ['SAST', 7200, 'Africa/Johannesburg Africa/Maseru Africa/Mbabane'],
  ['SST', -39600, 'Pacific/Midway Pacific/Pago_Pago Pacific/Samoa US/Samoa'],
  [
    'WAT',
    3600,
    'Africa/Bangui Africa/Brazzaville Africa/Douala Africa/Kinshasa Africa/Lagos Africa/Libreville Africa/Luanda Africa/Malabo Africa/Ndjamena Africa/Niamey Africa/Porto-Novo',
  ],
  ['WIB', 25200, 'Asia/Jakarta Asia/Pontianak'],
  ['WIT', 32400, 'Asia/Jayapura'],
  ['WITA', 28800, 'Asia/Makassar Asia/Ujung_Pandang'],
]

/** The letters a zone uses at this offset; undefined when it has none, or none that Intl lacks. */
export const lettersOf = (zone: string, offsetSeconds: number): string | undefined =>
  LETTERS.find(([, offset, zones]) => offset === offsetSeconds && ` ${zones} `.includes(` ${zone} `))?.[0]
