package similarity

import "testing"

// Translations of one text say about as much, whatever their script: the most no more
// than twice the least, where grams alone are up to five times as many.
func TestInformation(t *testing.T) {
	h := NewHasher([]byte("information"))
	for _, texts := range [][]string{
		{
			"Hello, is the bicycle still for sale?", "Hallo, ist das Fahrrad noch zu haben?", "Hola, ¿todavía vende la bicicleta?",
			"Bonjour, le vélo est-il encore à vendre ?", "Здравствуйте, велосипед ещё продаётся?", "Merhaba, bisiklet hâlâ satılık mı?",
			"مرحبا، هل الدراجة ما زالت للبيع؟", "नमस्ते, क्या साइकिल अभी भी बिकाऊ है?", "你好，自行车还在卖吗？",
			"こんにちは、自転車はまだ売っていますか？", "안녕하세요, 자전거 아직 파시나요?", "สวัสดีค่ะ จักรยานยังขายอยู่ไหมคะ",
		},
		{
			"We are moving on Friday and still need somebody with a van. It takes two hours, and there is soup for everybody afterwards.",
			"Wir ziehen am Freitag um und brauchen noch jemanden mit einem Lieferwagen. Es dauert zwei Stunden, und danach gibt es Suppe für alle.",
			"Nos mudamos el viernes y todavía necesitamos a alguien con una furgoneta. Son dos horas, y después hay sopa para todos.",
			"Nous déménageons vendredi et cherchons encore quelqu'un avec une camionnette. Cela prend deux heures, et après il y a de la soupe pour tous.",
			"Мы переезжаем в пятницу, и нам ещё нужен кто-нибудь с фургоном. Это займёт два часа, а потом для всех будет суп.",
			"Cuma günü taşınıyoruz ve hâlâ kamyoneti olan birine ihtiyacımız var. İki saat sürer, sonra herkese çorba var.",
			"سننتقل يوم الجمعة وما زلنا نحتاج إلى شخص لديه شاحنة صغيرة. يستغرق الأمر ساعتين، وبعد ذلك هناك حساء للجميع.",
			"हम शुक्रवार को घर बदल रहे हैं और हमें अब भी किसी वैन वाले की ज़रूरत है। इसमें दो घंटे लगेंगे, और बाद में सबके लिए सूप होगा।",
			"我们星期五搬家，还需要一位有货车的朋友帮忙。大约要两个小时，之后请大家喝汤。",
			"金曜日に引っ越すのですが、バンを持っている人がまだ必要です。二時間ほどで終わり、その後みんなにスープがあります。",
			"금요일에 이사하는데 아직 승합차가 있는 분이 필요합니다. 두 시간쯤 걸리고, 끝나면 모두에게 수프를 드립니다.",
			"เราจะย้ายบ้านวันศุกร์และยังต้องการคนที่มีรถตู้ ใช้เวลาสองชั่วโมง แล้วหลังจากนั้นมีซุปให้ทุกคน",
		},
	} {
		var least, most, fewest, mostGrams uint16 = 1 << 15, 0, 1 << 15, 0
		for _, s := range texts {
			k := sketch(h, s)
			least, most = min(least, k.Information), max(most, k.Information)
			fewest, mostGrams = min(fewest, k.Grams), max(mostGrams, k.Grams)
			t.Logf("%3d grams say %3d: %s", k.Grams, k.Information, s)
		}
		if most > 2*least || mostGrams < 5*fewest/2 {
			t.Errorf("%d to %d, of %d to %d grams: %s", least, most, fewest, mostGrams, texts[0])
		}
	}
	if k := sketch(h, "Заходите вечером, принесу ключи"); k.Information != k.Grams {
		t.Errorf("an alphabet: %d grams say %d", k.Grams, k.Information)
	}
}

// The longer a text, the more it says: a character says no more than four letters, and
// a letter adds a sixth at most. There is no length from which all of it counts.
func TestWeightHasNoCliff(t *testing.T) {
	h := NewHasher([]byte("cliff"))
	for _, text := range []string{
		"The quick brown fox jumps over the lazy dog, and nobody minds", "Съешь ещё этих мягких французских булок, да выпей чаю",
		"天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏", "いろはにほへとちりぬるをわかよたれそつねならむ", "키스의 고유조건은 입술끼리 만나야 하고",
	} {
		was := new(Sketch)
		for i := range text {
			k := sketch(h, text[:i])
			letters := float64(k.Information) - float64(was.Information)
			own, across := k.Weight()-was.Weight(), k.WeightAcross()-was.WeightAcross()
			if letters < -1 || letters > 4 || max(own, across) > .17*max(letters, 0) {
				t.Errorf("%q says %v letters more, and weighs %.2f more, %.2f across senders", text[:i], letters, own, across)
			}
			was = k
		}
		if was.Weight() != 1 || was.WeightAcross() != 1 {
			t.Errorf("%q weighs %.2f, %.2f across senders", text, was.Weight(), was.WeightAcross())
		}
	}
}
