package actors

// spam are texts that are sent as they are. Each ends in a link of its own.
var spam = list(`Congratulations! Your profile was selected for a cash reward of 5,000 dollars. Claim it within 24 hours before it expires, only a few places are left: {link}|
	Make 300 a day from your phone, no experience needed, hundreds of people in your town have already joined. Spots are limited so register today: {link}|
	Hello dear, I represent a private investment desk with guaranteed returns of 12 percent a week. Your first deposit is doubled, write to us here: {link}|
	Last chance: designer watches and handbags up to 90 percent off, free shipping worldwide, original packaging. The sale ends tonight at {link}|
	Need money fast? We approve loans in ten minutes without any credit check and without paperwork. Apply now and get paid today at {link}|
	Hey, I saw your photos and I think you are amazing. I do not come here often, but you can see my private page and write to me there: {link}|
	Grow your followers! We deliver 10,000 real followers within two days, safe and discreet, used by celebrities. Order your free trial here: {link}|
	URGENT: unusual activity was found in your account and it will be closed. Confirm your identity and payment details at once to keep access: {link}`)

// templates are filled in, name by name: much stays, something differs.
var templates = list(`Hi {first}, I came across your profile and was impressed by your work as a {role} in {city}. We help people like you earn an extra {number}00 a month with our trading platform, fully automated and risk free. Would you have ten minutes this week for a quick call? Best, {sender}|
	Hello {first}, hope you are well! I noticed that {company} is growing in {city}. Our agency generates qualified leads for every {role}, with a money back guarantee. We did {number} campaigns last quarter. Can I send you a free proposal? Regards, {sender}|
	Dear {first}, congratulations on your time at {company}! I work with professionals in {city} who want to become financially independent. A {role} I coach doubled his income in {number} days. Are you open to a short chat about a side opportunity? {sender}|
	Good day {first}, my name is {sender} and I write on behalf of a publisher. Your experience as a {role} would make a wonderful book, and people in {city} are asking for it. For only {number}9 dollars we print, list and promote it worldwide. Shall I reserve a slot for you?|
	Hi {first}! Quick question: does {company} still struggle with slow websites? We build modern pages for any {role} within {number} days, starting at 99 dollars, including hosting and search ranking. Reply YES and I will prepare a free demo for your team in {city}. {sender}|
	Hello {first}, I am {sender}, a certified adviser. Because of your position as {role} you may qualify for a tax rebate of up to {number}00 euros in {city}. It takes two minutes to check and costs nothing. May I send you the form, or would you prefer that I call you at {company}?`)

// recruiting are the fixed parts of one recruiter's letters. {personal} is
// different in each letter.
var recruiting = list(`Hi {first}, {personal} I am filling a {role} position with a client of ours and thought of you straight away. {personal} If a conversation sounds worthwhile, tell me when it suits you, and I will send the full description beforehand. With kind regards, {sender}|
	Dear {first} {last}, {personal} We are looking for someone with your background to join us in {city}, and I would be glad to tell you more without any obligation on your side. {personal} Would a call of twenty minutes be possible in the coming days? Kind regards, {sender}|
	Hello {first}, {sender} here, I recruit for {company}. {personal} We have a permanent post for a {role}, with flexible hours and a good pension. {personal} May I send you the description, and would you let me know whether you are open to a change at all?`)

// personals are what a recruiter writes after having read a profile.
var personals = list(`your talk in {city} on {skill} made me rethink how we approach {topic}.|
	I read that you moved from {company} to {company} to build up {team}, which took courage.|
	the way you described {skill} for {team} is close to what {team} is missing.|
	you list {skill} next to {skill}, a rare pairing outside {city}.|
	after {number} months at {company} you must have seen every side of {skill}.|
	{first} {last} told me that nobody explains {skill} better than you.|
	your article about {topic} was {praise}, above all the part on {skill}.|
	there would be a team of {number}, a desk in {city}, and {team} to learn {skill} from.|
	{team} has struggled with {skill} since the spring, and your years at {company} would show.|
	they would let you split the week between {city} and home, with Fridays for {skill}.|
	what you did about {skill} at {company} is still talked of in {city}.|
	I noticed the volunteer work with {team}, and that you once taught {skill}.|
	your second degree in {skill} caught my eye, and so did the photographs from {place}.|
	you would report to {first} {last}, who set up {skill} at {company} and dislikes meetings.|
	it pays {number},000 and includes a budget for {skill} courses in {city}.`)

// applications are one job seeker's letter; little of it changes.
var applications = list(`Dear {first}, I am looking for a position as {role} and would love to work for {company}. I have six years of experience, know my trade and learn fast. My CV is attached; may I introduce myself in a short call? Thank you for your time, {sender}|
	Hello {first}, I saw that {company} is hiring. I am a {role} with a degree and good references, available from next month and willing to move to {city}. Would you tell me whom to contact? Best regards, {sender}|
	Hi {first}, my contract ends in summer and I am searching for my next challenge as a {role}. Do you know of an opening at {company}, or someone I could speak to? I would be grateful for any hint. {sender}`)

// greetings go to people one knows.
var greetings = list(`Happy new year, {first}!|Happy new year {first}, all the best to you and the family!|Congratulations on the new job, {first}!|
	Happy birthday {first}! Have a great day|Merry Christmas {first}, and see you soon|Eid Mubarak {first}!|
	Thanks for connecting, {first}!|Happy Diwali {first}, wishing you light and joy|Good to see you at the conference, {first}!|
	Hi {first}, long time no see! How are you?`)

// announcements go to everybody one knows at once.
var announcements = list(`Dear all, the summer fair takes place on Saturday the 14th from noon at {place}. Bring {food} if you can, and tell me by Thursday whether you come. {sender}|
	Friends, after {number} years in {city} I am moving. There will be a farewell with {food} at {place} on Friday evening, and everybody is welcome! {sender}|
	Hello everyone, our choir sings at {place} next Sunday at five. Entry is free, children are welcome, and there will be {food} afterwards. {sender}`)

// posts are a page's news to its followers.
var posts = list(`This week at {company}: {film}, {number} new recipes with {food}, and an interview with {first} {last} about {skill}. Read on and tell us what you think.|
	New in our shop: {thing} for your home, {number} colours, and {food} from {city}. Members get ten percent until Sunday.|
	{company} news: we open in {city} at {place}! Join us {when} for {food} and a talk on {skill} by {first} {last}.`)

// slow are five sentences, each said in several ways: a text that is spun anew
// each time.
var slow = [][][]string{
	{
		list(`Hi {first}, hope your week is going well.|Hello {first}, how are things?|Hey {first}, nice to find you here.|Good to meet you, {first}.|{first}, hello from {city}.|Greetings {first}, I enjoyed your page.`),
		list(`I run a small group that trades currencies with a tested method.|Together with friends I operate a system for the currency market.|My circle invests by a strategy that has worked for years.|For some time I have earned with a proven trading approach.|We are a few people who follow signals and share the profits.`),
		list(`Most members make around {number} percent each month.|Typical gains are {number} percent monthly, even in bad times.|Last month brought us {number} percent.|On average there is a plus of {number} percent every four weeks.|Nobody in there earns under {number} percent per month.`),
		list(`You can begin with a small amount and withdraw it whenever you like.|A modest deposit is enough and your funds stay available.|Starting capital of fifty is fine, payouts happen daily.|It takes little money at first and there is no lock-in.|There is no risk in trying, you may leave at any moment.`),
		list(`Shall I send you the invitation?|May I tell you how to join?|Should I add you to our chat?|Interested? Then I will explain the steps.|Would you like the link?|Let me know and you get access.`),
	},
	{
		list(`Hello {first}, your pictures made me smile.|Hi {first}, you seem like an honest person.|Dear {first}, I hope I do not disturb you.|{first}, I could not pass by without a word.|Hey {first}, what a lovely profile.`),
		list(`I sell natural supplements that help with weight and sleep.|My family produces herbal capsules for a slim body and good rest.|We make plant based drops against tiredness and extra kilos.|I distribute a tea that burns fat and calms you down.|Our herbal mixture takes off weight and brings energy back.`),
		list(`Over {number} customers wrote that it changed their life.|{number} people in {city} already swear by it.|Doctors were surprised when {number} patients felt better.|There are {number} reviews and all are full of praise.|In {number} days you see the difference in the mirror.`),
		list(`This month the first package is free, you just pay the postage.|I can give you a trial at no cost apart from shipping.|The starter box costs nothing right now, except delivery.|You get a sample as a gift, only the parcel fee is due.|For new clients the first bottle is on the house.`),
		list(`Where may I send it?|Tell me your address and it is on its way.|Want me to reserve one for you?|Shall I put you on the list?|Do you want to try it?|Just answer yes.`),
	},
	{
		list(`Hi {first}, we share some interests it seems.|Hello {first}, I found you through a mutual group.|{first}, may I ask you something?|Hey {first}, quick idea for you.|Good day {first}, I will be brief.`),
		list(`I teach people to build an income online without selling anything.|My programme shows how to earn from home next to a job.|I coach beginners who want a second salary on the internet.|We train newcomers in making money with a laptop.|With my course anyone can set up an automatic shop.`),
		list(`A student of mine earned {number}00 in the first week.|One participant from {city} quit her job after {number} days.|{number} graduates now live from it.|After {number} lessons you have your own store.|The last class of {number} made their fee back at once.`),
		list(`No knowledge is required and I guide you personally.|You need neither experience nor money to begin.|Everything is explained step by step, I am always there.|It is simple, and my team does the technical part.|You follow a plan, we take care of the rest.`),
		list(`There is a free webinar, are you in?|Can I invite you to the introduction?|I have one seat left, would you take it?|Should I send you the recording?|Would a short call be fine?`),
	},
}

// insults are a harasser's messages.
var insults = list(`Why do you not answer me?|I know that you read this, {first}.|You think you are better than everybody at {place}?|Answer me.|
	I saw you at {place} {when}, do not pretend.|Everyone will hear what you did about {topic}.|You are pathetic.|
	Ignoring me makes it worse.|I will wait at {place} {when}.|{who} laughs about you too.|So now you are {feel}? Good.|
	You owe me an answer about {topic}.|Nobody likes you, ask {who}.|Last warning, write back.|I have all {number} pictures, remember.`)

// scams are a con artist's side of a long talk, in order.
var scams = list(`Good morning my friend, how did you sleep? Here in {city} it is raining.|You are so easy to talk to, I told {who} about you.|
	I work on a platform at sea for {number} more days, the connection is bad.|Your words about {topic} stayed with me all day.|
	One day I will cook {food} for you, I promise.|My daughter asks when she can meet you.|
	They hold my payment because of customs, I am {feel}.|I am ashamed to ask, but could you help me with {number}0 until Friday?|
	The transfer must go to my agent, I will send the details.|I swear on my mother that you get it back with interest.|
	You do not trust me? After all we shared about {topic}?|It is only the fee, then the {number},000 are free and I fly to you.`)
