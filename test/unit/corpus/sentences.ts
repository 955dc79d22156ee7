interface Sentences {
  readonly language: string
  readonly encodings: readonly string[]
  readonly text: readonly string[]
}

const slavic = ['windows-1251', 'koi8-u', 'iso-8859-5', 'x-mac-cyrillic']

/** Written for these tests. */
export const sentences: readonly Sentences[] = [
  {
    language: 'French',
    encodings: ['windows-1252', 'macintosh'],
    text: [
      'L’été dernier, près de l’église, le café était déjà fermé.',
      'Où sont passés les élèves ? Le garçon rêve d’une forêt, à l’ombre du chêne.',
      'Ma sœur a préparé une crêpe naïve — « très légère », disait-elle.',
    ],
  },
  {
    language: 'German',
    encodings: ['windows-1252', 'iso-8859-2', 'macintosh'],
    text: [
      'Die alte Mühle steht schön am Fluß, und die Räder drehen sich längst nicht mehr.',
      'Über den Hügel führt ein schmaler Weg, den nur die Füchse kennen.',
      'Jürgen hört die Glöckchen der Ziegen, während es früh dämmert.',
    ],
  },
  {
    language: 'Spanish',
    encodings: ['windows-1252', 'macintosh'],
    text: [
      '¿Quién construyó el viejo molino? Nadie del pueblo lo sabía.',
      'La niña soñaba con un barco pequeño que subía por el río.',
      'Mañana volverá el señor Ibáñez, y también su corazón cansado.',
    ],
  },
  {
    language: 'Portuguese',
    encodings: ['windows-1252', 'macintosh'],
    text: [
      'A canção da avó não tinha refrão, mas ninguém a esquecia.',
      'Amanhã de manhã o pão estará quente e as crianças felizes.',
      'Três irmãos atravessaram a ponte até à estação.',
    ],
  },
  {
    language: 'Italian',
    encodings: ['windows-1252', 'macintosh'],
    text: [
      'Perché il mulino è così silenzioso? Nessuno più lo sa.',
      'La città dormì finché non arrivò il pane: ce n’era già poco.',
      'Lunedì porterò il caffè alla nonna, però senza zucchero.',
    ],
  },
  {
    language: 'Swedish',
    encodings: ['windows-1252', 'macintosh'],
    text: [
      'Kvarnen står där ån svänger, och ingen vet när den byggdes.',
      'Små båtar går över sjön på våren när isen har smält.',
      'Farmor bakar bröd varje lördag och sjunger för fåren.',
    ],
  },
  {
    language: 'Danish',
    encodings: ['windows-1252', 'macintosh'],
    text: [
      'Møllen står, hvor åen drejer, og ingen ved, hvem der byggede den.',
      'Børnene går over søen til skole, når isen bærer.',
      'På lørdag bager bedstemor brød, og vi spiser æbler.',
    ],
  },
  {
    language: 'Icelandic',
    encodings: ['windows-1252'],
    text: [
      'Gamla húsið stendur við ána og enginn veit hver byggði það.',
      'Það er kalt í dag, en börnin fara út að leika sér í snjónum.',
      'Þegar vindurinn blæs syngur móðir mín gömul kvæði.',
    ],
  },
  {
    language: 'Polish',
    encodings: ['windows-1250', 'iso-8859-2'],
    text: [
      'Stary młyn stoi nad rzeką i nikt nie wie, kto go zbudował.',
      'Ślepy koń śpi pod źródłem, a żółta łódź płynie w ciemność.',
      'Święta są już blisko, więc babcia piecze chleb i śpiewa.',
    ],
  },
  {
    language: 'Czech',
    encodings: ['windows-1250', 'iso-8859-2'],
    text: [
      'Starý mlýn stojí u řeky a nikdo neví, kdo ho postavil.',
      'Děti chodí v zimě přes zamrzlý rybník do školy.',
      'Večer přišel déšť a kůň zůstal pod širokým dubem.',
    ],
  },
  {
    language: 'Hungarian',
    encodings: ['windows-1250', 'iso-8859-2'],
    text: [
      'Az öreg malom a folyó mellett áll, és senki sem tudja, ki építette.',
      'A gyerekek télen a befagyott tó fölött járnak az iskolába.',
      'A szőlő édes, a bor erős, a fűben pedig egy kis őz alszik.',
    ],
  },
  {
    language: 'Romanian',
    encodings: ['windows-1250'],
    text: [
      'Moara veche stă lângă râu şi nimeni nu ştie cine a făcut-o.',
      'În fiecare sâmbătă bunica face pâine şi cântă încet.',
      'Copiii merg la şcoală peste gheaţă, fără să se teamă.',
    ],
  },
  {
    language: 'Croatian',
    encodings: ['windows-1250', 'iso-8859-2'],
    text: [
      'Stari mlin stoji uz rijeku i nitko ne zna tko ga je sagradio.',
      'Djeca zimi idu u školu preko zaleđenog jezera, a vjetar šapuće.',
      'Žena čeka vlak, a noć je duga i tiha; sutra će doći kći.',
    ],
  },
  {
    language: 'Turkish',
    encodings: ['windows-1254'],
    text: [
      'Eski değirmen ırmağın kıyısında durur, kimin yaptığını kimse bilmez.',
      'Çocuklar kışın donmuş gölün üstünden okula gider.',
      'Yağmur İstanbul sokaklarında şarkı söylüyor.',
    ],
  },
  {
    language: 'Latvian',
    encodings: ['windows-1257', 'iso-8859-4'],
    text: [
      'Vecās dzirnavas stāv upes malā, un neviens nezina, kas tās cēlis.',
      'Bērni ziemā iet uz skolu pāri aizsalušam ezeram.',
      'Vecmāmiņa katru sestdienu cep maizi un klusi dzied līdzi vējam.',
    ],
  },
  {
    language: 'Lithuanian',
    encodings: ['windows-1257', 'iso-8859-13'],
    text: [
      'Senas malūnas stovi prie upės, ir niekas nežino, kas jį pastatė.',
      'Vaikai žiemą eina į mokyklą per užšalusį ežerą.',
      'Močiutė kiekvieną šeštadienį kepa duoną ir tyliai dainuoja.',
    ],
  },
  {
    language: 'Vietnamese',
    encodings: ['windows-1258'],
    text: [
      'Đứa trẻ tìm thấy bức thư dưới cầu, và không ai biết người viết.',
      'Bà tôi nướng bánh mì mỗi thứ bảy, gió mang những bài hát cũ đi xa.',
      'Cối xay cũ đứng bên bờ sông, nơi nước chảy rất chậm.',
    ],
  },
  {
    language: 'Russian',
    encodings: ['windows-1251', 'koi8-r', 'ibm866', 'iso-8859-5', 'x-mac-cyrillic'],
    text: [
      'Старая мельница стоит у реки, и никто не знает, кто её построил.',
      'Мальчик нашёл письмо под мостом и долго его читал.',
      'Зимой дети ходят в школу через замёрзший пруд.',
    ],
  },
  {
    language: 'Ukrainian',
    encodings: slavic,
    text: [
      'Старий млин стоїть біля річки, і ніхто не знає, хто його збудував.',
      'Діти взимку йдуть до школи через замерзлий став.',
      'Бабуся щосуботи пече хліб і тихо співає біля вікна.',
    ],
  },
  {
    language: 'Bulgarian',
    encodings: ['windows-1251'],
    text: [
      'Старата воденица стои край реката и никой не знае кой я е построил.',
      'През зимата децата отиват на училище през замръзналото езеро.',
      'Баба пече хляб всяка събота и тихо пее.',
    ],
  },
  {
    language: 'Greek',
    encodings: ['windows-1253', 'iso-8859-7'],
    text: [
      'Ο παλιός μύλος στέκει δίπλα στο ποτάμι και κανείς δεν ξέρει ποιος τον έχτισε.',
      'Άλλη μια μέρα περνά χωρίς βροχή, κι ο ψαράς τραγουδά.',
      'Η γιαγιά ψήνει ψωμί το Σάββατο.',
    ],
  },
  {
    language: 'Hebrew',
    encodings: ['windows-1255', 'iso-8859-8'],
    text: [
      'הטחנה הישנה עומדת ליד הנהר, ואיש אינו יודע מי בנה אותה.',
      'הילד מצא מכתב מתחת לגשר וקרא אותו שוב ושוב.',
      'סבתא אופה לחם בכל שבת.',
    ],
  },
  {
    language: 'Hebrew with points',
    encodings: ['windows-1255'],
    text: ['הַיֶּלֶד מָצָא מִכְתָּב מִתַּחַת לַגֶּשֶׁר.', 'סָבְתָא אוֹפָה לֶחֶם בְּכָל שַׁבָּת.', 'הָרוּחַ לוֹקַחַת אֶת הַשִּׁירִים.'],
  },
  {
    language: 'Arabic',
    encodings: ['windows-1256', 'iso-8859-6'],
    text: [
      'الطاحونة القديمة تقف قرب النهر ولا أحد يعرف من بناها.',
      'وجد الولد رسالة تحت الجسر وقرأها مرات كثيرة.',
      'تخبز الجدة الخبز كل يوم سبت.',
    ],
  },
  {
    language: 'Thai',
    encodings: ['windows-874'],
    text: ['โรงสีเก่าตั้งอยู่ริมแม่น้ำ และไม่มีใครรู้ว่าใครสร้าง', 'เด็กพบจดหมายใต้สะพานและอ่านหลายครั้ง', 'ยายอบขนมปังทุกวันเสาร์'],
  },
  {
    language: 'Chinese',
    encodings: ['gb18030'],
    text: [
      '河边的老磨坊已经不转了，没有人知道是谁建的。',
      '她说：“时间还早，我们慢慢走吧。”',
      '冬天，孩子们踩着结冰的池塘去上学。',
    ],
  },
  {
    language: 'Chinese in Taiwan',
    encodings: ['big5'],
    text: [
      '河邊的老磨坊已經不轉了，沒有人知道是誰蓋的。',
      '她說：「時間還早，我們慢慢走吧。」',
      '冬天，孩子們踩著結冰的池塘去上學。',
    ],
  },
  {
    language: 'Japanese',
    encodings: ['shift_jis', 'euc-jp'],
    text: [
      '川のそばに古い水車小屋があり、だれが建てたのか村の人は知りません。',
      '「まだ早いから、ゆっくり歩こう」と彼女は言った。',
      '冬になると、子供たちは凍った池をわたって学校へ行きます。',
    ],
  },
  {
    language: 'Korean',
    encodings: ['euc-kr'],
    text: [
      '강가에 오래된 방앗간이 있었는데 누가 지었는지 아무도 몰랐다.',
      '그녀는 아직 시간이 이르니 천천히 걷자고 말했다.',
      '겨울이면 아이들은 얼어붙은 연못을 건너 학교에 간다.',
    ],
  },
]
