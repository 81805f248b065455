package policytext_test

import (
	"fmt"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/policytext"
)

// Somebody who reads Spanish is told what stands against them, by their own clock.
func Example() {
	set, err := policytext.New(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	l, err := set.Language("es-MX, en;q=0.5") // as their browser says
	if err != nil {
		fmt.Println(err)
	}
	l.Location = time.FixedZone("CST", -6*3600) // as they have set

	from := time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)
	s := policy.Sanction{
		ID: "51ffffffffffff15", Kind: policy.Block, Scope: policy.Outreach, From: from, Until: from.AddDate(0, 0, 1),
		Reasons: []policy.Reason{{Code: policy.CodeDuplicate, Share: 3}, {Code: policy.CodeReplyLow, Share: 1.5}},
	}
	fmt.Println(s.Statement(l))
	// Output:
	// Declaración de motivos de la decisión 51ffffffffffff15, del 23 de noviembre de 2026, 09:00 CST.
	//
	// No puede iniciar conversaciones nuevas durante 24 horas, hasta el 24 de noviembre de 2026, 09:00 CST. Puede seguir respondiendo a quienes le hayan escrito.
	//
	// Envió el mismo texto, o casi el mismo, a muchas personas. Muchas de las personas a las que escribió no quieren sus mensajes.
	//
	// Esto se detectó con medios automatizados. La decisión se tomó con medios automatizados. No intervino ninguna persona. Actuamos según lo que detectamos y lo que se nos denuncia. No decimos si alguien le ha denunciado, ni quién.
	//
	// Esto es incompatible con nuestras normas sobre mensajes: Escriba solo a personas que esperen noticias suyas. No envíe el mismo mensaje a muchas personas, no insista si no le responden y no engañe ni acose a nadie.
	//
	// La medida se aplica en todos los lugares donde se ofrece nuestro servicio.
	//
	// Si cree que es un error, puede presentar una reclamación mientras la medida esté en vigor y durante un tiempo después; indique la referencia 51ffffffffffff15. Una persona resolverá su reclamación. También puede acudir a un órgano de resolución extrajudicial de litigios o a los tribunales.
}
