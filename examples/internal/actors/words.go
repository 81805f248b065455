package actors

import "strings"

// lists are the words that patterns ask for as {name}.
var lists = map[string][]string{
	"first": words(`Anna Ben Carla David Elena Farid Grace Hugo Ines Jonas Karin Liam Mira Noah Olga Pedro Qiang Rosa
		Samir Tanya Umar Vera Walter Ximena Yusuf Zoe Aisha Bruno Chloe Dmitri Esther Felix Gita Henrik Irina Jamal Keiko
		Lucas Maya Nikhil Odette Priya Quentin Rahul Sofia Tomas Ulrike Viktor Wendy Yara`),
	"last": words(`Abbott Becker Costa Dietrich Eriksen Fischer Garcia Hansen Ivanova Jensen Kowalski Larsen Moreau Novak
		Okafor Petrov Quinn Rossi Schmidt Tanaka Urban Varga Weber Xu Yilmaz Zhang Andersen Bianchi Castillo Dubois`),
	"company": words(`Northwind Brightline Castella Fenwick Halden Juniper Kestrel Lumen Meridian Novalis Orchard Pinnacle
		Quarry Redwood Solstice Tamarack Umbra Vantage Westbrook Yellowtail Arbor Bluefin Copperfield Drift Everglade`),
	"role": list(`data engineer|product manager|nurse practitioner|site reliability engineer|account executive|civil engineer|
		compliance officer|machine learning researcher|head of logistics|controller|UX designer|electrician|plant manager|
		backend developer|clinical pharmacist|technical writer|procurement lead|security analyst|process chemist|tax adviser`),
	"city": words(`Lisbon Hamburg Toronto Nairobi Osaka Krakow Dublin Seville Oslo Denver Ghent Tallinn Porto Leeds Lyon
		Basel Turin Malmo Austin Perth Bergen Zagreb Split Aarhus Bologna`),
	"skill": list(`stream processing|tender writing|intensive care|incident response|tax law|reinforced concrete|
		user research|drug interactions|supply planning|query optimisation|contract negotiation|statistical modelling|
		lean manufacturing|threat modelling|grant accounting|motion design|embedded firmware|customs procedures|
		solvent recovery|crowd safety|type systems|soil mechanics`),
	"team": list(`the platform group|our Nordic office|a crew of eight|the night ward|the new plant|the treasury desk|
		our field service|the research side|a two-person lab|the harbour project|the tram extension|our support floor`),
	"food": list(`noodles|pancakes|a lentil stew|tacos|dumplings|that mushroom pie|leftover curry|grilled corn|a huge salad|
		plum cake|fish soup|garlic bread|ramen|stuffed peppers|rice pudding|falafel|a cheese toast|borscht`),
	"place": list(`the library|the harbour|the old mill|platform nine|the gym|the bakery on the corner|the botanical garden|
		the second floor lounge|the climbing hall|the tram stop|the lake|the cinema|the hardware store|the chess cafe|
		the north gate|the rooftop|the flea market|the pool|the print shop`),
	"thing": list(`my bicycle|the blue folder|a spare key|the projector|your umbrella|the tent|those headphones|the soldering iron|
		the guest list|my passport|the camping stove|the sewing machine|the old camera|the charger|the ladder|that board game|
		the violin case|the lab notebook|the concert tickets|the spare tyre|the rent contract`),
	"deed": list(`repaint the kitchen|finish the lab report|move the sofa|learn the second verse|book the ferry|fix the fence|
		call the landlord|return the drill|print the posters|water the tomatoes|sort the photographs|wash the curtains|
		rehearse the sketch|file the tax return|pick up the twins|change the strings|bake for the fair|back up the laptop|
		measure the window|clean the aquarium`),
	"feel": list(`knackered|thrilled|a bit nervous|surprisingly calm|grumpy|proud|confused|half asleep|relieved|sunburnt|
		hungry|over the moon|stuffed|curious|impatient|homesick`),
	"when": list(`tonight|on Saturday|after lunch|before the exam|next week|at half six|tomorrow morning|during the break|
		around noon|by Thursday|once the rain stops|as soon as I land|in an hour|at the weekend|after my shift|on the 14th`),
	"who": list(`my brother|Aunt Rosa|the new neighbour|our tutor|the dentist|Marek|the landlord|coach Lina|the twins|
		Dr Owusu|my flatmate|the plumber|grandma|the choir lead|Sven|the girl from statistics|my cousin|the caretaker`),
	"film": list(`the heist film|that documentary on eels|the new season|the football|a podcast about bridges|the school play|
		the northern lights|the marathon|the quiz night|the orchestra rehearsal|the lunar eclipse|the cooking show`),
	"topic": list(`the assignment|the holiday plan|the rent|her wedding|the flood in the cellar|the visa forms|the new boss|
		the group project|his knee|the broken boiler|the camping trip|the thesis|the band|the garden|the election|the timetable`),
	"praise": list(`brilliant|so kind of you|way better than I feared|exactly what I needed|a lifesaver|hilarious|
		not what I expected|a proper mess|really touching|worth every minute|far too long|quite odd`),
	"link": words(`http://win-now.example/a7 https://bestdeal.example/x http://quick-cash.example/go https://crypto-desk.example/in
		http://pills.example/33 https://loan-fast.example/me http://dating.example/hi https://fundme.example/p1`),
	"number": words(`12 17 23 28 34 41 45 52 60 75 88 120 150 240 300 450 600 900`),
}

// chats are what people write to those they know: most share nothing.
var chats = list(`I am {feel}, {who} kept talking about {topic} until midnight|
	are you coming to {place} {when}?|could you bring {thing} {when}? I forgot mine|we had {food} at {place} and it was {praise}|
	{who} says {topic} is postponed again|did you watch {film}? {praise}, I thought|remind me to {deed} {when}|
	no worries, I will {deed} myself|still looking for {thing}, have you seen it near {place}?|
	thanks for the {number} minutes yesterday, that was {praise}|{film} starts {when}, shall I save you a seat?|
	so {who} found {thing} under the stairs, can you believe it|I cannot {deed} {when}, sorry, {who} is visiting|
	guess who I met at {place}: {who}, and looking {feel} too|
	only {number} pages left, then I {deed} and sleep|how did it go with {topic}?|{feel} today. {food} helped a little|
	ok let us meet at {place} {when} then|my train is {number} minutes late, start with {food} without me|
	what should I cook {when}, {food} or {food}?|{who} wants to know if you still have {thing}|
	haha yes, {topic} was {praise}|let me ask {who} first and ring you {when}|I left {thing} at {place}, typical|
	happy to {deed} if you lend me {thing}|never again {food} before {film}|you were right about {topic}, {praise}|
	we should {deed} {when}, before {who} notices|is {who} ok? sounded {feel} on the phone|
	rain all day here, so {food} and {film}|{number} degrees and I have to {deed}, wish me luck|
	good morning! dreamt of {place}, woke up {feel}|sent you the pictures from {place}, {who} looks {feel}|
	can {who} sleep on your sofa {when}?|the tickets for {film} cost {number}, too much?|I promised {who} to {deed}, help|
	what a day. {topic}, then {topic}, now {food}|yes|no idea, ask {who}|lol|see you {when}|on my way, {number} minutes|
	that is {praise}|ok|found it! it was at {place} all along|moving {topic} to {when} works for me|
	did {who} really {deed}?|the doctor says {number} days of rest, I am {feel}|
	I traded {thing} for {food}, no regrets|the bus broke down near {place}, we walked {number} minutes|
	happy birthday!! {food} on me {when}|turns out {who} plays {film} on the organ|
	do we need {thing} for {place}?|please do not tell {who} about {topic} yet`)

// replies are what people answer to somebody they did not know.
var replies = list(`Thanks for writing, I would like to hear more about it {when}.|Not for me right now, but good luck with {topic}!|
	Hi, yes, that sounds {praise}. Could we speak {when}?|Interesting. What would I have to bring, {thing}? Just joking.|
	I am quite happy where I am, sorry.|Sure, call me {when}, I am at {place} until then.|Who gave you my name, {who}?|
	Let me think about it, {who} has to agree too.|Happy to help. Is it about {topic}?|Yes, I am open to it. Where exactly, {city}?|
	Thank you, {first} from {company} told me about you.|Could you send me {number} lines on the salary and the place?|
	Nice of you to ask. I have {topic} on my plate until spring.|Oh, {city}! I used to live there, let us talk {when}.`)

// openers are what a member writes to somebody new: each is one of a kind.
var openers = list(`Hi {first}, we met at {place} when {who} could not find {thing}. Did you ever {deed}?|
	Hello, are you the {first} who plays in {film}? I still have {thing} of yours.|
	Hey, {who} says you know all about {skill}. Could I ask you about {topic} {when}?|
	Hi! Saw your note at {place}: is {thing} still for sale? I could come {when}.|
	Good evening, I think we share {topic} this term. Would you {deed} together {when}?|
	{first}? It is me, {first} {last} from {city}. I heard about {topic}, how are you?|
	Hello {first}, your talk on {skill} was {praise}. Do you have the slides from {place}?|
	Hi, I am the one who was {feel} in the {place} queue. Fancy {food} {when}?`)

func words(s string) []string { return strings.Fields(s) }

// list splits at bars; white space at the ends of items and line breaks go.
func list(s string) []string {
	items := strings.Split(s, "|")
	for i, item := range items {
		items[i] = strings.Join(strings.Fields(item), " ")
	}
	return items
}
