package actors

import "strings"

// A market is how people of one language ask about what somebody offers.
type market struct{ greet, ask, things, end []string }

// markets have no language that most other texts here have.
var markets = []market{
	{
		list(`Olá!|Boa tarde,|Bom dia,|Oi,`),
		list(`{it} ainda está à venda?|posso ver {it} amanhã à noite?|aceita vinte a menos por {it}?|{it} cabe num carro pequeno?|quanto pesa {it}, mais ou menos?`),
		list(`o sofá azul|a mesa de carvalho|a estante branca|o espelho grande|a cama de criança|o tapete da sala|o candeeiro antigo|as quatro cadeiras|o frigorífico|a máquina de costura`),
		list(`Moro perto do mercado.|Pago em dinheiro.|Acabo de mudar de casa.|Levo eu mesmo.|É para a minha filha.|Obrigado!`),
	},
	{
		list(`Dzień dobry,|Cześć,|Witam,|Dobry wieczór,`),
		list(`czy {it} jest nadal do kupienia?|kiedy można obejrzeć {it}?|ile ma wzrostu {it}?|czy {it} ma jakieś rysy?|czy odda pan {it} trochę taniej?`),
		list(`zielona kanapa|dębowy stół|biała szafa|łóżko piętrowe|stara lampa|rower dziecięcy|regał na książki|pralka|dywan w paski|komplet krzeseł`),
		list(`Mieszkam dwie ulice dalej.|Mogę przyjechać po pracy.|Urządzam pierwsze mieszkanie.|Mam własny transport.|Zapłacę od razu.|Dziękuję!`),
	},
	{
		list(`안녕하세요,|저기요,|안녕하세요!|수고하십니다,`),
		list(`{it} 아직 있나요?|{it} 직접 보러 가도 될까요?|{it} 조금 깎아 주실 수 있나요?|{it} 크기가 어떻게 되나요?|{it} 언제 샀는지 알 수 있을까요?`),
		list(`파란 소파|원목 식탁|흰색 책장|전신 거울|아기 침대|거실 카펫|오래된 스탠드|의자 네 개|작은 냉장고|재봉틀`),
		list(`시장 근처에 살아요.|현금으로 드릴게요.|얼마 전에 이사했어요.|차로 가지러 갈게요.|딸에게 주려고요.|감사합니다!`),
	},
	{
		list(`שלום,|היי,|ערב טוב,|בוקר טוב,`),
		list(`האם {it} עדיין למכירה?|אפשר לראות את {it} מחר בערב?|יש גמישות במחיר של {it}?|מה המידות של {it}?|כמה זמן היה לכם {it}?`),
		list(`הספה הכחולה|שולחן האלון|הכוננית הלבנה|המראה הגדולה|מיטת התינוק|השטיח בסלון|המנורה הישנה|ארבעת הכיסאות|המקרר הקטן|מכונת התפירה`),
		list(`אני גר ליד השוק.|אשלם במזומן.|עברנו דירה עכשיו.|אבוא עם רכב.|זה בשביל הבת שלי.|תודה!`),
	},
}

// enquiry asks about something, in words that few others choose.
func (s *scene) enquiry(m *market) string {
	text := s.one(m.greet) + " " + strings.ReplaceAll(pick(s.rng, m.ask), "{it}", pick(s.rng, m.things))
	if s.chance(0.8) {
		text += " " + s.one(m.end)
	}
	return text
}

// stays are what a traveller writes to hosts: one letter, with a line of its own in each.
var stays = []struct {
	letter  string
	remarks []string
}{
	{
		"Ciao {first}! Arrivo in città dal 12 al 14 per un concorso di violino e cerco un divano per due notti. Sono tranquilla, cucino volentieri e porto il sacco a pelo. {remark} Pensi che si possa fare?",
		list(`Vedo che anche tu suoni in un coro.|Abiti proprio vicino al conservatorio!|Posso portare del pesto fatto in casa.|Parlo un po' di tedesco.|Mi piacciono molto i gatti.|Anch'io vado ovunque in bicicletta.`),
	},
	{
		"Hi {first}, I am walking the coast path in May and look for a floor for one night, the 23rd. I have my own mat, I get up early and leave no crumbs. {remark} Would you have room?",
		list(`Your photographs of the lighthouse made me choose this stretch.|I could help in the garden for an hour.|I see we both sail, or try to.|I bake bread on any stove.|Your dog looks like mine.|I read the same book last winter.`),
	},
	{
		"Chào {first}, mình sẽ đến thành phố từ ngày 8 đến ngày 10 để thi tuyển và đang tìm chỗ ngủ nhờ hai đêm. Mình sống gọn gàng, biết nấu ăn và có túi ngủ riêng. {remark} Bạn có thể cho mình ở nhờ không?",
		list(`Mình thấy bạn cũng thích leo núi.|Nhà bạn gần trường quá!|Mình có thể nấu phở cho cả nhà.|Mình nói được một chút tiếng Anh.|Mình cũng nuôi mèo.|Mình rất thích ảnh bạn chụp.`),
	},
}

// needs are what households ask shops when something breaks for a whole town.
var needs = [][]string{
	list(`Dzień dobry, u nas pękła rura i nie ma wody. Czy mają państwo jeszcze butelki pięciolitrowe?|Dzień dobry, czy jest u państwa woda w butelkach? Na całej ulicy nie ma wody.|
		Witam, czy otwarte do wieczora? Potrzebujemy wody, rura pękła na naszej ulicy.|Dobry wieczór, ile butelek wody można kupić? U nas od rana sucho.`),
	list(`Hola, se ha roto la tubería y no hay agua en el barrio. ¿Les quedan garrafas de cinco litros?|Buenas tardes, ¿tienen agua embotellada? En toda la calle no sale nada.|
		Hola, ¿hasta qué hora abren? Necesitamos agua, se rompió la tubería de nuestra calle.|Buenas, ¿cuántas garrafas se pueden comprar por persona? Llevamos todo el día sin agua.`),
	list(`こんばんは、断水しているのですが、水のペットボトルはまだありますか。|すみません、今日は何時まで開いていますか。断水で水が必要です。|こんにちは、二リットルの水は何本まで買えますか。近所一帯が断水です。|
		水の在庫はありますか。水道管が破れて家で水が出ません。`),
}

// calls are the two phrases of somebody who speaks by a device, and what they ask then.
var calls = []struct{ first, second, asks []string }{
	{
		list(`Bonjour. J'écris avec une machine. Merci de me laisser du temps.`),
		list(`Y a-t-il une marche à l'entrée ?`),
		list(`Je voudrais un rendez-vous.|Avez-vous un ascenseur ?|Quel est le prix, s'il vous plaît ?|Êtes-vous ouverts le samedi ?|Puis-je venir avec une aide ?|Où puis-je me garer ?`),
	},
	{
		list(`こんにちは。機械で話しています。少し時間をください。`),
		list(`入口に段差はありますか。`),
		list(`予約をお願いします。|エレベーターはありますか。|料金はいくらですか。|土曜日は開いていますか。|介助の人と一緒に行けますか。|駐車場はありますか。`),
	},
	{
		list(`مرحبا. أكتب بواسطة جهاز. أرجو أن تمنحوني وقتا.`),
		list(`هل توجد درجة عند المدخل؟`),
		list(`أريد حجز موعد.|هل لديكم مصعد؟|كم السعر من فضلكم؟|هل تفتحون يوم السبت؟|هل يمكن أن يأتي معي مرافق؟|أين أوقف السيارة؟`),
	},
}

// scripts are what people write with invisible joiners, families of emoji and two
// scripts in a word.
var scripts = [][]string{
	joined(`سلام، کتاب~هایتان هنوز هست؟|می~توانم فردا بیایم و آن را ببینم؟|عکس~هایی که گذاشته~اید خیلی زیباست.|قیمت~ها را کجا می~شود دید؟|خانه~ی شما نزدیک ایستگاه است؟|نوشته~های شما را همیشه می~خوانم.|
		بچه~ها هم می~توانند شرکت کنند؟|دوچرخه~ای که فروختید چه رنگی بود؟|ممنون می~شوم اگر جواب بدهید.|هفته~ی بعد برنامه~ای دارید؟`),
	list(`👩‍👩‍👦‍👦 is the tour fine for small ones?|loved your talk 👏🏽👏🏽|🏴󠁧󠁢󠁷󠁬󠁳󠁿 from Wales, are you coming to the match?|my 👨🏾‍🍳 would like your recipe|is it wheelchair friendly 👩🏼‍🦽?|
		see you at the pride 🏳️‍🌈 on Saturday?|great shot of the 🐕‍🦺, may I share it?|👩🏻‍🔬 here, which telescope is that?|do you teach beginners? 🧑🏿‍🎤|the baby 👶🏽 slept through, thank you for the tip`),
	list(`Пришлите, пожалуйста, PDF-файл.|У вас есть USB-кабель к этому?|Это Wi-Fi-роутер или просто SIM-модем?|Видел ваш Excel-шаблон, можно взять?|Где купить такой LED-светильник?|А Bluetooth-колонка ещё продаётся?|
		Нужен ли QR-код на входе?|VPN-настройка помогла, спасибо.|Есть ли HDMI-вход сзади?|IT-курс начинается в марте?`),
	joined(`क्ष^त्रिय जी, क्या किताब मिल जाएगी?|आपका श्^लोक बहुत अच्^छा लगा।|मैं कल दर्^शन के लिए आ सकता हूँ?|विद्^यार्थी भी आ सकते हैं क्या?|उद्^यान का समय क्या है?|पद्^य की कक्षा कब है?|
		सब्^ज़ी का दाम क्या है?|आप कब तक खुले हैं, भाई साहब?|शब्^दकोश चाहिए था।|मेरे बच्^चे ने भी देखा, शुक्रिया`),
}

// joined is a list in which ~ and ^ stand for the invisible characters that part and join
// letters.
func joined(s string) []string {
	return list(strings.NewReplacer("~", "\u200c", "^", "\u200d").Replace(s))
}

// cheers are what people send who send little.
var cheers = list(`👏👏|🎉|🙏|💪|😂|❤️|🎂🎂|🌷|👌|🤝|🙌|☀️`)

// clerks end each letter with the same ten lines.
var clerks = []struct {
	lines     []string
	signature string
}{
	{
		list(`Proszę o plan piwnicy, {first}.|Czy wtorek o dziesiątej pasuje, {first}?|Brakuje podpisu na stronie {number}.|Klucze są u dozorcy, {first}.|Akt przyszedł wczoraj, numer {number}.|Kto płaci za wycenę?|Proszę zadzwonić {first}, gdy będzie wniosek.|Termin w sądzie: sala {number}.`),
		`Maria Lis, prawo nieruchomości
Kancelaria przy Rynku 4, drugie piętro
poniedziałek do piątku, 9 do 17
tel. 32 555 01 77, faks 32 555 01 78
Wiadomość i załączniki mogą zawierać informacje poufne i są przeznaczone tylko dla adresata. Jeśli otrzymali ją Państwo przez pomyłkę, prosimy o usunięcie i krótką wiadomość. Prosimy nie drukować bez potrzeby.`,
	},
	{
		list(`Could you send the cellar plan, {first}?|Does Tuesday at ten suit you, {first}?|Page {number} lacks a signature.|The keys are with the caretaker, {first}.|The deed arrived, number {number}.|Who pays for the survey?|{first}, please ring when the form is in.|The hearing is in room {number}.`),
		`Owen Pryce, conveyancing
Harbour Chambers, 2 Quay Street, third floor
Monday to Friday, 9 to 5
phone 029 5550 0177, fax 029 5550 0178
This message and what is attached to it may be confidential and is meant for its addressee alone. If it came to you by mistake, please delete it and let us know. Please think of the trees before you print it.`,
	},
}

// numbers tell friends of a new one.
var numbers = list(`Hi, it is {sender}. This is my new number, the old phone is in the lake. Please save it, and tell {first}.|Hallo, hier ist {sender} mit neuer Nummer, die alte gilt nicht mehr. Bitte speichern und {first} Bescheid geben.|
	Ciao, sono {sender}, questo è il mio nuovo numero. Salvalo e dillo anche a {first}, per favore!`)
