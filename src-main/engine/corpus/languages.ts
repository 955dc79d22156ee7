/** How people write, as far as it tells encodings apart. */
export interface Language {
  /** A property of Unicode that its letters have, besides those of English. */
  readonly script: RegExp
  /** Its letters beyond A to Z in lower case, the most frequent first. */
  readonly letters: string
  /** Those that are words by themselves; null: in this script any may be. */
  readonly words: string | null
  /** Encodings it is written in, the usual one first. */
  readonly encodings: readonly string[]
}

const latin = /\p{Script=Latin}/u
const cyrillic = /\p{Script=Cyrillic}/u
const west = ['windows-1252', 'iso-8859-15', 'macintosh', 'ibm850', 'ibm437']
const centre = ['windows-1250', 'iso-8859-2', 'iso-8859-16', 'ibm852']
const baltic = ['windows-1257', 'iso-8859-13', 'iso-8859-4', 'iso-8859-10', 'ibm775']
const slavic = ['windows-1251', 'koi8-r', 'koi8-u', 'ibm866', 'iso-8859-5', 'x-mac-cyrillic', 'ibm855']

/** @param lists letters, in Latin after a bar those of them that are words */
const of = (script: RegExp, encodings: readonly string[], ...lists: readonly string[]): Language[] =>
  lists.map((list) => {
    const [letters = '', words = ''] = list.split('|')
    return { script, encodings, letters, words: script === latin ? words : null }
  })

/**
 * Letters by how often they occur, roughly: what matters is which letters a language has at all, and which of them are
 * common. English has no line: it is ASCII but for punctuation.
 */
export const languages: readonly Language[] = [
  // French, German, Spanish, Portuguese, Italian, Dutch, Catalan, Swedish and Finnish, Danish and Norwegian, Icelandic
  ...of(
    latin,
    west,
    'éàèêçùôîûâëïœÿæ|à',
    'üäöß',
    'óíáñéúü|óáéú',
    'ãçáéõíóêâúàôü|éàóá',
    'èàùòìéî|èé',
    'éëïèöüáó',
    'àéèíòóúçïü|àóé',
    'äöåé|åö',
    'øåæéòóô|åøæ',
    'ðíáþæéöúóý|áíó',
  ),
  ...of(latin, ['iso-8859-14'], 'ŵŷâîôêûá|âôŵŷ', 'ḃċḋḟġṁṗṡṫáéíóú'),
  ...of(latin, ['iso-8859-3'], 'ĉĝĥĵŝŭ', 'ħżġċàèòù'),
  // Polish, Czech, Slovak, Hungarian, Romanian (two spellings), Croatian and Slovene, Albanian
  ...of(
    latin,
    centre,
    'łąęóżśćńź|ó',
    'íáéýěřčžšůúťňóď',
    'áíčéýťžšúľôňďäóĺŕ|óá',
    'áéöíőóüúű|őé',
    'ăîşâţ',
    'ăîșâț',
    'čšžćđ',
    'ëç',
  ),
  ...of(latin, ['windows-1254', 'iso-8859-3', 'ibm857'], 'ıüşğçöİâîû', 'əıüöşğçİ'),
  // Latvian, Lithuanian, Estonian
  ...of(latin, baltic, 'āīēšūņļžčķģ', 'ėšįžųčūąę|įą', 'äõüöšž'),
  ...of(
    latin,
    ['windows-1258'],
    'đàáạảãăâêôơưèéẹẻẽìíịỉĩòóọỏõùúụủũỳýỵỷỹ\u0300\u0301\u0309\u0303\u0323|àáảâăéèêìíòóôùúưýỷ',
  ),
  // Russian, Ukrainian, Bulgarian, Belarusian, Serbian, Macedonian
  ...of(
    cyrillic,
    slavic,
    'оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё',
    'оанивеітрслкдумпязьгбчйхцюжїєщшфґ',
    'аиоентрсвлдкпмзгяубъчцйщжхшюфь',
    'анiіеорстлкдвяумпзйьцчгбыўхшжёюэф',
    'аоиенрстувдјклпмзбгчцшљхжњћђфџ',
    'аоеитнрсвдклпмузјгбчцшжќњѓхфџљѕ',
  ),
  ...of(/\p{Script=Greek}/u, ['windows-1253', 'iso-8859-7', 'ibm737'], 'αοιετσνηυρπκμλςωδγάίόέήύώχθφβξζψϊϋΐΰ'),
  ...of(
    /\p{Script=Hebrew}/u,
    ['windows-1255', 'iso-8859-8', 'ibm862'],
    'יוהלאתרבשםמנדכקעחפגןטצזסךץף\u05B8\u05B7\u05B4\u05BC\u05B6\u05B0\u05B5\u05B9\u05C1\u05BB\u05B2\u05C2\u05BE\u05B1\u05BD\u05B3',
  ),
  ...of(
    /\p{Script=Arabic}/u,
    ['windows-1256', 'iso-8859-6'],
    'اليمنرتوبةعدسفهكقحجشطصخأضذثزىغءئظؤآإ\u064B\u064E\u064F\u0650\u0651\u0652،؟',
    'ایرندهمتوسبشکزفگعخقپجآحصچغطضظثذژئءيك\u064B\u200C،؟',
  ),
  ...of(
    /\p{Script=Thai}/u,
    ['windows-874'],
    'านร\u0E48กเ\u0E31งอ\u0E49ย\u0E35มล\u0E34วดทสตะปบ\u0E37คห\u0E38แจพ\u0E39ช\u0E47\u0E4Cไ\u0E33ข\u0E36โใซ\u0E4Dธภศถฟญผณษฉฐฤๆฎฯฝฆฒฬ\u0E4Aฮ\u0E4B๑๒๓',
  ),
]

/** A script of East Asia: signs by the thousand, of which a few hundred make most of a text. */
export interface EastAsian {
  readonly encodings: readonly string[]
  /** The most frequent signs, in order. */
  readonly frequent: string
  /** Where the common signs stand in an encoding: pairs of bytes, each from first to last. */
  readonly common: readonly (readonly [
    encoding: string,
    lead: readonly [number, number],
    trail: readonly [number, number],
  ])[]
  /** Sounds, if the script has signs for them. */
  readonly sounds: RegExp | null
}

export const eastAsian: readonly EastAsian[] = [
  {
    encodings: ['gb18030', 'big5'],
    frequent:
      '的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争運這個們來為國說時會對過發後種經學現當沒動開麼還進樣從實與長機關點業將兩間問並應頭見產話',
    common: [
      ['gb18030', [0xb0, 0xd7], [0xa1, 0xfe]],
      ['big5', [0xa4, 0xc6], [0x40, 0xfe]],
    ],
    sounds: null,
  },
  {
    encodings: ['shift_jis', 'euc-jp'],
    frequent:
      '日一人年大本中国会上十出生二時分子事東三行間同手自見合前長月者発部立場学地方社業小新後高内実理気入家今体的水話目書木山川風心道何名知物女男来明金全言語田電力度町村古村車食朝夜母父親友花海空雨雪春夏秋冬白黒赤青小屋建誰遠歌音声読',
    common: [['euc-jp', [0xb0, 0xcf], [0xa1, 0xfe]]],
    sounds: /[\p{Script=Hiragana}\p{Script=Katakana}ー]/u,
  },
  {
    encodings: ['euc-kr'],
    frequent:
      '이다는에의을가고하지은한를도로서사기리인어자나들있시그대만해아수정보전일부과제라여스으상원구주와게장우것없는면오조서신경공말비성동마선세안연방생무할모내위유계물국때교저학치적관양두소용명분않습니까했였되집강길문하늘바람밤',
    common: [['euc-kr', [0xb0, 0xc8], [0xa1, 0xfe]]],
    sounds: null,
  },
]
