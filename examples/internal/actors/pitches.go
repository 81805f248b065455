package actors

import "strings"

// A letter is a text in parts, each said in one of several ways. Its writer
// chooses once, so that two letters about the same are not the same.
type letter [][]string

// letters reads letters: an empty line parts them, a line is a part, and bars
// its ways.
func letters(s string) (all []letter) {
	for text := range strings.SplitSeq(strings.TrimSpace(s), "\n\n") {
		var l letter
		for line := range strings.Lines(text) {
			l = append(l, list(line))
		}
		all = append(all, l)
	}
	return all
}

// spam is sent as it is, name by name or not at all. Each ends in a link of its
// own.
var spam = letters(`
Congratulations! Your profile was selected for a cash reward of {number}00 dollars.|You have won {number},000 dollars in our weekly draw!|Good news: a prize of {number}00 euros is waiting in your name.
Claim it within 24 hours before it expires, only a few places are left:|Confirm your details today or the money goes to the next person:|The payout desk closes tonight, collect what is yours here:
{link}

Make {number}0 a day from your phone, no experience needed.|Stay at home and earn {number}0 every single day.|My neighbour quit her job after {number} days with this trick.
Hundreds of people in your town have already joined.|All it takes is half an hour between breakfast and lunch.|The system works by itself while you sleep.
Spots are limited so register today:|Watch the free video before it is taken down:|Start now, thank me later:
{link}

Hello dear, I represent a private investment desk with guaranteed returns of {number} percent a week.|Our traders turned {number}00 into {number},000 last month, bank statements on request.|Join the coin that everyone will talk about, up {number} percent since Monday.
Your first deposit is doubled.|We only take {number} more members from your region.|Withdraw at any time, no questions asked.
Write to us here:|Open your account in two minutes:|Details and contract:
{link}

Last chance: designer watches and handbags up to 90 percent off.|Original sneakers for {number} dollars, straight from the factory.|Sunglasses, perfumes and belts from closed stores, {number} euros each.
Free shipping worldwide and original packaging.|Pay only when the parcel is at your door.|Every third item is a gift from us.
The sale ends tonight at|Order while stocks last:|See the whole catalogue:
{link}

Need money fast? We approve loans in ten minutes.|Bad credit? We lend up to {number},000 all the same.|Consolidate your debts and save {number}0 a month.
No credit check and no paperwork.|All you need is a phone number and a name.|Your bank will never hear of it.
Apply now and get paid today at|Fill in the short form here:|Talk to an agent now:
{link}

Hey, I saw your photos and I think you are amazing.|Hi handsome, I am new in town and a bit lonely.|We matched a while ago, do you remember me?
I do not come here often, but you can see my private page.|My friends say I should not write first, but here I am.|I uploaded {number} pictures that I cannot show on this site.
Write to me there:|Add me before I change my mind:|Free to join for you:
{link}

Grow your followers! We deliver {number},000 real followers within two days.|Become famous this week with {number},000 likes on every post.|Our network pushes your channel to the top of the charts.
Safe and discreet, used by celebrities.|No password required and a refund if they drop.|Prices start at {number} cents.
Order your free trial here:|Choose a package:|See how it works:
{link}

URGENT: unusual activity was found in your account and it will be closed.|Your parcel could not be delivered because of {number} euros in unpaid fees.|Security notice: someone tried to sign in from {city}.
Confirm your identity and payment details at once to keep access:|Settle the amount within {number} hours to avoid a penalty:|If this was not you, secure your data immediately:
{link}
`)

// templates are filled in, name by name: much stays, something differs.
var templates = letters(`
Hi {first}, I came across your profile and was impressed by your work on {skill} as a {role} at {company} in {city}.|Hello {first}, a {role} with your record in {skill} at {company} deserves more than a salary.|{first}, I help people from {company} who work as a {role} around {city} with their savings, of late.
We help people like you earn an extra {number}00 a month with our trading platform.|Our software trades currencies around the clock and needs no supervision from you.|There is a method that lets capital grow while you look after your customers.
It is fully automated, risk free and approved by thousands of happy users.|Nobody who began last year has lost a cent so far, as the statements show.|Members get their share every Friday without any commission at all.
Would you have ten minutes this week for a quick call about {city} and {skill}?|May I show you the numbers that a {role} at {company} reached?|Shall I send you an invitation to the next introduction in {city}, {first}?

Hello {first}, hope you are well! I noticed that {company} is growing in {city} and hiring for {skill}.|Dear {first}, congratulations on the success of {company} in {city} with {skill}.|Hi {first}, I looked at what {company} shows of {skill} and had an idea for a {role} in {city}.
Our agency generates qualified leads for every {role}, with a money back guarantee.|We book sales appointments with decision makers, and you pay only for those that happen.|We run outreach campaigns that fill a calendar within {number} days.
Last quarter our clients closed more business than in the two years before.|Three of your competitors work with us already, which I may not name here.|A small budget is enough, as we share the risk with you.
Can I send {company} a free proposal for {skill}?|Who in {city} is the right {role} to speak to about this?|Is a call {when} or {when} better for you and {first}?

Dear {first}, congratulations on your {number} months with {skill} at {company}!|{first}, your career as a {role} in {city}, {skill} included, is something to be proud of.|Hello {first}, people in {city} speak highly of what you do about {skill} at {company}.
I coach professionals who want to become financially independent within a year.|My programme shows how to replace a job by three sources of passive income.|I built a second business next to work, and now I teach how it is done.
A client with your background doubled his income in {number} days.|My students travel, pay off their houses and never look back.|You need no product, no staff and no experience, just the will to change.
Are you open to a short chat about a side opportunity?|Should I reserve a place in the {city} group for you, {first}?|Would you like to receive the lesson on {skill} as a gift {when}?

Good day {first}, I write on behalf of a publisher in {city} who knows {company} and {skill}.|Dear {first}, our editors look for new authors in {city}, a {role} or an expert in {skill}.|Hello {first}, have you ever thought of writing down what a {role} at {company} knows of {skill}?
Your experience as a {role} would make a wonderful book, and people are asking for it.|A volume on your profession would sell well among our readers.|The story of somebody who worked at {company} is exactly what our list lacks.
For only {number}9 dollars we print, list and promote it worldwide.|Editing, cover and distribution are included in one low fee.|You keep all the rights and get forty percent of each copy sold.
Shall I reserve a slot next to {first} {last} for you?|May I send you the contract to have a look at?|Could we talk about the title {when}, in {city}?

Hi {first}! Quick question: does {company} in {city} still struggle with slow pages on {skill}?|Hey {first}, I checked the homepage of {company} in {city} and found {number} mistakes about {skill}.|Good morning {first}, your pages do not show up when one searches for a {role} in {city}.
We build modern pages within days, including hosting and search ranking.|Our developers rebuild everything from scratch for a flat price of 99 dollars.|We bring any site to the first place of the results, guaranteed in writing.
No payment before you are satisfied with the design.|The audit that I made for you costs nothing and commits you to nothing.|There is a discount of half the price until the end of this month.
Reply YES and I will prepare a free demo.|Where can I send the report, to {first} {last}?|Do you have five minutes for me to walk you through it?

Hello {first}, I am a certified adviser for anyone who does {skill} at {company} or in {city}.|Dear {first}, a new rule concerns every {role} in {city}, {company} included.|{first}, as a {role} in {skill} at {company} you probably pay too much to the state.
You may qualify for a tax rebate of up to {number}00 euros without knowing it.|There is public money for solar panels and insulation that hardly anybody claims.|Your insurance can be replaced by one that returns every premium in the end.
It takes two minutes to check and costs nothing at all.|The deadline is close and the fund will be empty soon.|I only need your date of birth and the last statement.
May I send you the form for {city}?|Would you prefer that I call you at {company}?|Would {when} suit you for a visit at {place}?
`)

// recruiting are the fixed parts of a recruiter's letters. {personal} is
// different in each.
var recruiting = letters(`
Hi {first}, {personal}|Dear {first} {last}, {personal}|Hello {first}, {sender} here, I recruit for {company}. {personal}|Good morning {first}, {personal}
I am filling a {role} position with a client of ours and thought of you straight away.|We are looking for someone with your background to join us in {city}.|Our customer {company} wants to hire a {role} before the summer, on a permanent contract.|Since a colleague retires, the post of {role} in {city} falls vacant, and I am to find a successor.|A young firm asked me to introduce a {role} who would rather build than inherit.
{personal}
If a conversation sounds worthwhile, tell me when it suits you, and I will send the full description beforehand.|I would be glad to tell you more in twenty minutes, without any obligation on your side.|The hours are flexible and the pension is good; shall I forward the details?|Would you let me know whether you are open to a change at all?|Feel free to ring me in the evening, or to name somebody who might be interested.
With kind regards, {sender}|Best, {sender}|All the best from {city}, {sender}
`)

// applications are a job seeker's letter; names are filled in.
var applications = letters(`
Dear {first},|Hello {first},|Hi {first}, I hope you do not mind my writing.|Good morning {first},
I am looking for a position as a {role} and would love to work for {company}.|I saw that {company} is hiring, and my trade is {role}.|my contract as a {role} ends in summer and I am searching for my next challenge.|after a family break I would like to return to my profession, {role}, perhaps at {company}.|I have just finished my training as a {role} and admire what {company} does.
I have six years of experience, know my trade and learn fast.|I bring a degree, good references and two languages.|My last employer moved abroad, otherwise I would have stayed for good.|I am used to shifts, early mornings and difficult customers.|I led a small team and enjoyed every day of it.
My CV is attached; may I introduce myself in a short call?|Would you tell me whom to contact?|Do you know of an opening, or someone I could speak to?|Could I spend a day on trial with your team?|I could start next month and am willing to move to {city}.
Thank you for your time, {sender}|Best regards, {sender}|I would be grateful for any hint. {sender}
`)

// announcements go to everybody one knows at once.
var announcements = letters(`
Dear all,|Friends,|Hello everyone,|Hi folks,|To all of you:
the summer fair takes place on Saturday the {number}th from noon.|after {number} years in {city} I am moving.|our choir sings next Sunday at five.|we finally got married, and would like to celebrate with you!|the reading group starts again {when}.|the house is finished, come and see it.|the marathon team looks for {number} more runners.
We meet at {place}.|It will be at {place}, rain or shine.|Come to {place} {when}.|You find us behind {place}, follow the lanterns.
Bring {food} if you can.|There will be {food}, and {who} plays the accordion.|Children and dogs are welcome.|Please leave the car at home, it is close to {place}.
Tell me by Thursday whether you come. {sender}|See you there! {sender}|No presents please, just yourselves. {sender}|Spread the word. {sender}
`)

// posts are a page's news to its followers.
var posts = letters(`
This week at {company}:|{company} news:|New in our shop:|Dear readers of {company},|Behind the scenes at {company}:
{film}, and {number} new recipes with {food}.|we open in {city} at {place}!|{thing} for your home, in {number} colours.|our {role} {first} {last} explains {skill}.|what {team} learned about {topic}.
Read on and tell us what you think.|Members get ten percent until Sunday.|Join us {when} for {food}.|The winner of {thing} is drawn {when}.
`)

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

// greetings go to people one knows.
var greetings = list(`Happy new year, {first}!|Happy new year {first}, all the best to you and the family!|Congratulations on the new job, {first}!|
	Happy birthday {first}! Have a great day|Merry Christmas {first}, and see you soon|Eid Mubarak {first}!|
	Thanks for connecting, {first}!|Happy Diwali {first}, wishing you light and joy|Good to see you at the conference, {first}!|
	Hi {first}, long time no see! How are you?`)

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

// pretences are what somebody says who is not of the service's staff.
var pretences = list(`This is the support team, your account is about to be closed. Send me the code that you get now.|
	{first} from member services here: somebody signed in as you from {city}. Read me the six digits and I will lock them out.|
	I am the moderator of this service. You were reported over {topic}; to settle it I need your code.|
	Security desk, case {number}: reply with the code on your screen within the hour, or your messages are lost.`)

// scams are a con artist's side of a long talk, in order.
var scams = list(`Good morning my friend, how did you sleep? Here in {city} it is raining.|You are so easy to talk to, I told {who} about you.|
	I work on a platform at sea for {number} more days, the connection is bad.|Your words about {topic} stayed with me all day.|
	One day I will cook {food} for you, I promise.|My daughter asks when she can meet you.|
	They hold my payment because of customs, I am {feel}.|I am ashamed to ask, but could you help me with {number}0 until Friday?|
	The transfer must go to my agent, I will send the details.|I swear on my mother that you get it back with interest.|
	You do not trust me? After all we shared about {topic}?|It is only the fee, then the {number},000 are free and I fly to you.`)
