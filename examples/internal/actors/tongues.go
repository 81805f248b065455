package actors

import "strings"

// languages names those of the lists below that have one text in each.
var languages = words(`English German Spanish French Russian Turkish Arabic Hindi Chinese Japanese Korean Thai`)

// buttons are what a button writes for those who press it: a short wording, a long
// one, one between them, and a question of three words, which mean the same in every
// language.
var buttons = [4][]string{
	{
		"Hello, is the room still free?",
		"Hallo, ist das Zimmer noch frei?",
		"Hola, ¿sigue libre la habitación?",
		"Bonjour, la chambre est-elle encore libre ?",
		"Здравствуйте, комната ещё свободна?",
		"Merhaba, oda hâlâ boş mu?",
		"مرحبا، هل الغرفة ما زالت متاحة؟",
		"नमस्ते, क्या कमरा अभी खाली है?",
		"你好，房间还空着吗？",
		"こんにちは、お部屋はまだ空いていますか？",
		"안녕하세요, 방이 아직 비어 있나요?",
		"สวัสดีค่ะ ห้องยังว่างอยู่ไหมคะ",
	},
	{
		"Hello, I am interested in your room and would like to come and see it this week. Which day would suit you best?",
		"Guten Tag, ich interessiere mich für Ihr Zimmer und würde es mir gern diese Woche ansehen. Welcher Tag passt Ihnen am besten?",
		"Buenos días, me interesa su habitación y me gustaría verla esta semana. ¿Qué día le vendría mejor?",
		"Bonjour, votre chambre m'intéresse et j'aimerais venir la voir cette semaine. Quel jour vous conviendrait le mieux ?",
		"Здравствуйте, меня интересует ваша комната, и я хотел бы посмотреть её на этой неделе. Какой день вам подходит больше всего?",
		"Merhaba, odanızla ilgileniyorum ve bu hafta gelip görmek isterim. Hangi gün sizin için en uygun olur?",
		"مرحبا، أنا مهتم بغرفتكم وأود أن آتي لرؤيتها هذا الأسبوع. أي يوم يناسبكم أكثر؟",
		"नमस्ते, मुझे आपका कमरा पसंद आया और मैं इसे इस हफ़्ते देखने आना चाहूँगा। आपके लिए कौन सा दिन सबसे ठीक रहेगा?",
		"你好，我对你的房间很感兴趣，想在这个星期过来看看。请问哪一天对你最方便？",
		"こんにちは。お部屋に興味があり、今週中に見学に伺いたいと思っています。ご都合のよい日はいつでしょうか。",
		"안녕하세요, 방에 관심이 있어서 이번 주에 보러 가고 싶습니다. 어느 요일이 가장 편하신가요?",
		"สวัสดีค่ะ สนใจห้องของคุณและอยากขอเข้าไปดูภายในสัปดาห์นี้ วันไหนที่คุณสะดวกที่สุดคะ",
	},
	{
		"Hello, is the room still free? I would like to see it on Saturday.",
		"Hallo, ist das Zimmer noch frei? Ich würde es gern am Samstag ansehen.",
		"Hola, ¿sigue libre la habitación? Me gustaría verla el sábado.",
		"Bonjour, la chambre est-elle encore libre ? J'aimerais la voir samedi.",
		"Здравствуйте, комната ещё свободна? Я бы хотел посмотреть её в субботу.",
		"Merhaba, oda hâlâ boş mu? Cumartesi günü görmek isterim.",
		"مرحبا، هل الغرفة ما زالت متاحة؟ أود أن أراها يوم السبت.",
		"नमस्ते, क्या कमरा अभी खाली है? मैं उसे शनिवार को देखना चाहूँगा।",
		"你好，房间还空着吗？我想星期六过来看一看。",
		"こんにちは、お部屋はまだ空いていますか？土曜日に見せていただきたいです。",
		"안녕하세요, 방이 아직 비어 있나요? 토요일에 보고 싶습니다.",
		"สวัสดีค่ะ ห้องยังว่างอยู่ไหมคะ อยากขอไปดูวันเสาร์นี้ค่ะ",
	},
	{
		"Is it still there?",
		"Ist es noch da?",
		"¿Todavía está?",
		"Il est encore là ?",
		"Он ещё есть?",
		"Hâlâ duruyor mu?",
		"هل ما زال موجودا؟",
		"क्या यह अभी भी है?",
		"东西还在吗？",
		"まだありますか？",
		"아직 있나요?",
		"ยังมีอยู่ไหมคะ",
	},
}

// notices are passed on from one to the next. {first} and {phone} are settled
// once.
var notices = []string{
	"Has anyone seen {first}? She is 78, a little confused, and left the care home on foot this morning in a green coat and house shoes. If you see her, stay with her and ring {phone}. Please tell your neighbours.",
	"Wer hat {first} gesehen? Er ist neun Jahre alt, trägt eine gelbe Regenjacke und kam heute nicht vom Schwimmen nach Hause. Hinweise bitte sofort an {phone}. Bitte an alle in der Straße weitergeben.",
	"Buscamos a {first}, de 16 años, pelo corto y mochila roja. Salió del instituto a las dos y no contesta al teléfono. Si la han visto, llamen por favor al {phone} y avisen a sus vecinos.",
	"Kayıp aranıyor: {first}, 71 yaşında, kısa boylu, gri paltolu. Dün akşam pazardan dönmedi ve hastadır. Görenler lütfen {phone} numarasını arasın ve komşularına haber versin.",
	"Пропал {first}, 12 лет, синяя куртка, серая шапка. Вышел из школы в час дня и домой не пришёл. Если вы его видели, позвоните {phone}. Пожалуйста, передайте соседям.",
	"{first} लापता है, उम्र 8 साल, लाल स्वेटर, स्कूल से घर नहीं पहुँचा। किसी ने देखा हो तो {phone} पर तुरंत फ़ोन करें और अपने पड़ोसियों को भी बताएँ।",
}

// petitions are a letter that many send to the same offices.
var petitions = []string{
	"The council means to close the branch library in our quarter at the end of June. Two schools and a home for the elderly have no other within walking distance. I ask you to vote against the closure and to tell me how you will vote. Yours sincerely",
	"Die letzte Buslinie in unser Tal soll im Herbst eingestellt werden. Damit kommen Lehrlinge, Alte und alle ohne Auto nicht mehr in die Stadt. Ich bitte Sie, sich für die Linie einzusetzen und mir mitzuteilen, was Sie unternehmen. Mit freundlichen Grüßen",
	"El ayuntamiento quiere talar los plátanos de la plaza para hacer un aparcamiento. Son la única sombra del barrio y nadie nos ha preguntado. Le pido que vote en contra y que me responda qué piensa hacer. Atentamente",
}

// feasts are a greeting that everybody sends to everybody.
var feasts = []string{
	"May the new year bring you and all your loved ones health, peace and many reasons to laugh. Thank you for being part of my life!",
	"Ein frohes Fest und einen guten Rutsch! Möge das neue Jahr euch Gesundheit, Ruhe und viele schöne Stunden bringen. Schön, dass es euch gibt!",
	"¡Feliz Navidad y próspero año nuevo! Que nunca falten en tu mesa el pan, la risa y los amigos. Un abrazo grande para toda la familia.",
	"С наступающим! Пусть новый год принесёт вам здоровье, тепло в доме и добрые вести. Обнимаю вас всех и надеюсь скоро увидеться!",
	"Bayramınız mübarek olsun! Sevdiklerinizle birlikte sağlık, huzur ve bereket dolu nice bayramlar dilerim. Büyüklerin ellerinden öperim.",
	"आपको और आपके परिवार को होली की हार्दिक शुभकामनाएँ! रंगों का यह त्योहार आपके जीवन में ख़ुशियाँ, सेहत और मिठास लाए।",
	"恭祝新春快乐！愿您和家人在新的一年里身体健康、万事如意、平安喜乐，常常欢聚。",
	"สวัสดีปีใหม่ ขอให้คุณและครอบครัวมีความสุข สุขภาพแข็งแรง และพบแต่สิ่งดี ๆ ตลอดปีนี้นะคะ",
}

// teaching is a new teacher's letter to a family, in some languages. {child}
// and {hour} are others in each, and so is {remark}, one of the same language.
var teaching = []struct {
	letter  string
	remarks []string
}{
	{
		"Dear parents of {child}, I have taken over form 5 from Mrs Quill. {remark} I would like to get to know you at our parents' evening; your slot is at {hour}. Please let me know whether that suits you. {sender}",
		list(`{child} helped me find the chalk on my first day.|{child} reads far beyond the others.|There is a jacket of {child} at the office.|
			I would like to talk about sums.|Please bring the vaccination card.|{child} is quiet, but misses nothing.`),
	},
	{
		"Liebe Familie von {child}, seit Montag leite ich die 2c. {remark} Ich lade Sie herzlich zum Elterngespräch ein, Ihr Termin ist um {hour} Uhr. Bitte sagen Sie mir kurz, ob das geht. {sender}",
		list(`{child} hat sich gut eingelebt.|Die Turnschuhe von {child} sind verschwunden.|{child} rechnet gern und schnell.|
			Bringen Sie bitte das Heft mit.|Über das Lesen müssten wir sprechen.|{child} hat allen von der Reise erzählt.`),
	},
	{
		"Estimada familia de {child}: soy la nueva tutora de sexto. {remark} Me gustaría conocerles en la reunión de padres; su cita es a las {hour}. ¿Me confirman si pueden venir? {sender}",
		list(`{child} dibuja de maravilla.|A {child} le cuesta madrugar.|Hablaremos de la excursión al río.|{child} me recuerda a mi hermano pequeño.|
			Traigan por favor el carné de la biblioteca.|{child} ha perdido las gafas en el patio.`),
	},
	{
		"Уважаемые родители, {child} теперь учится в моём классе. {remark} Хочу познакомиться с вами на собрании, ваше время — {hour}. Напишите, пожалуйста, удобно ли вам. {sender}",
		list(`Пение даётся лучше всего.|Нужна сменная обувь.|Поговорим о чтении.|На перемене всегда много друзей.|Захватите, пожалуйста, анкету.|Почерк стал заметно ровнее.`),
	},
}

// thanks are short answers in many languages.
var thanks = list(`thank you!|thanks, I will|danke dir|ok, done|gracias|passed it on|спасибо|merci|तुम्हें भी|teşekkürler|谢谢|ขอบคุณค่ะ|
	شكرا|the same to you|will do|und dir auch|👍|❤️|how kind, thank you|yes, gladly|sorry, no`)

// waves are what is sent by those who hope for any answer at all.
var waves = list(`👋|🌸|😉|🔥🔥|😊|💋|🙈|👀|🌹😘|✨|hey|hi you|hello 🙂|hii|hallo|hola|sup?|there you are!|busy?|good evening|remember me?`)

// hellos are what a newcomer says in a room: one for all rooms.
var hellos = list(`Hello everybody, I am {first} from {city} and new here.|Hi all! {first} here, {role} by day and curious about {topic}.|
	Good evening, glad to be in. I mostly read, and I like {food}.|Hey folks, {first}, just moved to {city}, looking for people who like {film}.|
	Hi! New to this place. Anybody else into {skill}?|Greetings from {city}, I hope it is fine to ask about {topic} here.`)

// adverts are posted in rooms.
var adverts = letters(`
Looking for {number} people who want to work from home.|We take on testers for a shop, nothing to learn.|A friend pays for reviews and needs more hands.
{number}0 a day, paid every evening.|The first week is paid in advance.|You are paid by the task, at once.
Write to me for the group.|Text me and I add you tonight.|Details at {link}

My coins doubled since the spring, and I show how.|There is a channel with signals that are right nine times of ten.|I follow a trader who has not lost in {number} weeks.
It costs nothing to look.|Only the first {number} get in for free.|No fees until you have earned.
Send me a word and I let you in.|Join at {link}|Ask me for the name of it.
`)

// baits are sent to friends from an account that somebody else took over.
var baits = list(`look who died, I think you knew him {link}|is this you in the video?? {link}|I am in the final, please give me your vote {link}|
	they give away tickets, I got mine already {link}|can you check this for me quickly {link}`)

// flirts are the first turns of an extortioner, threats the last.
var flirts = list(`heyy who is that in your picture|you look like trouble, in a good way|so what are you up to {when}|I never write first, you know|
	haha you are {feel} too?|tell me something nobody knows|my roommate is out, I am {feel}|ok your turn, send one of you|do you have the other app|
	I like how you talk about {topic}|show me your smile|promise you keep this between us`)

var threats = list(`I recorded all of it|I have your followers here, the whole list|{number}0 or everybody gets the pictures|you have {number} minutes|
	do not dare to block me, it goes out at once|gift cards are fine, send the code|think of what {who} will say|last chance|
	I already wrote to {who}, shall I attach it?`)

// jibes are what a crowd throws at one person.
var jibes = list(`nobody asked you, {first}|delete your account|you really wrote that about {topic}? shame|the whole of {city} laughs at you|
	go and hide at {place}|I hope they sack you {when}|so {who} was right about you|liar|pack your things|you disgust me|
	read your own words again and weep|we will remember this|does {company} know what you are like?|clown`)

// pitch makes an outreach letter of sentences that no other has.
func (w *writer) pitch() string {
	parts := []string{w.one(salutes), capital(w.one(personals)), w.one(pains), w.one(offers), w.one(asks)}
	if w.rng.IntN(2) == 0 {
		parts[1], parts[2] = parts[2], parts[1]
	}
	if i := 1 + w.rng.IntN(4); w.rng.IntN(3) == 0 {
		parts[i] = w.one(chats)
	}
	return strings.Join(parts, " ")
}

var salutes = list(`{first},|Hi {first},|Good morning {first}.|Hello {first} {last},|{first}, a word about {company}.|Greetings from {city}, {first}.`)

var pains = list(`{team} told me that {topic} eats their mornings.|Half of what a {role} does in {city} is chasing {topic}, I hear.|
	Since {film} everybody asks about {skill}.|When {company} lost its {role}, {topic} stood still for {number} days.|
	{number} of your peers in {city} said the same about {skill}.|I wonder how {team} keeps up with {topic}.|
	You will know the feeling of {topic} at {number} to five.|Somewhere between {skill} and {topic} the month is gone.`)

var offers = list(`We take {topic} off the desk of a {role}, as {team} did.|What {company} gets from us is {number} names that expect a call.|
	Our people do {skill}, yours do the rest.|It is {skill} by the hour, without {topic}.|{team} got {number} meetings out of it {when}.|
	Think of it as a {role} whom you need not feed {food}.|There is a small tool for {skill} behind it, and {first} {last} to run it.`)

var asks = list(`Would {when} suit you?|May I ring {company} {when}?|Is {skill} yours, or whose?|Shall I send {number} lines on it?|
	Coffee at {place} {when}?|Worth {number} minutes?|Who looks after {topic} at {company}?`)

// nudges are the follow-ups.
var nudges = list(`{first}, did my note about {skill} reach you?|Only a short nudge {when}, {first}: is {topic} still open?|
	I know {company} is busy with {topic}. Shall I ask again {when}?|One more try from {city}, then I leave you to {food}.|
	{first}, {team} started {when}; should I keep a place?|Perhaps {first} {last} is the better person for {skill}?`)
