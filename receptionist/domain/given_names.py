"""First names that are common where English is spoken.

They tell where a spelled name ends ("m a n d y s u t t o n") and that "I'm Bill" is a name
while "I'm calling" is none. A name that is not here is still understood where one was asked for.
"""

GIVEN_NAMES = frozenset(
    """
    aaron abbie abby abdul abigail abraham adam adrian agnes ahmed aidan aileen aimee alan albert
    alec alex alexa alexander alexandra alexis alfie alfred ali alice alicia alison allan allen
    allison alma alvin alyssa amanda amber amelia amy ana andre andrea andrew andy angel angela
    angelina angie angus anita ann anna anne annette annie anthony antonia antonio antony april
    archie ariana arnold arthur ash asha ashleigh ashley audrey austin ava avery ayesha barbara
    barry beatrice becky belinda ben benjamin bernadette bernard bernice bert bertha beryl bessie
    beth bethan bethany betty beverley beverly bill billie billy blake bob bobby bonnie brad
    bradley brandon brenda brendan brent brett brian bridget brittany brooke bruce bryan bryony
    caitlin callum calvin cameron carl carla carlos carly carmen carol carole caroline carolyn
    carrie casey cassandra catherine cathy cecil cecilia cedric charlene charles charlie charlotte
    chelsea cheryl chester chloe chris christian christina christine christopher ciaran cindy
    claire clara clare clarence claude claudia clifford clinton clive clyde cody colin colleen
    connie connor conor constance corey courtney craig crystal curtis cynthia daisy dale damian
    damien dan dana daniel daniela danielle danny daphne darlene darrell darren daryl dave david
    dawn dean deanna debbie deborah debra declan deirdre delia della denis denise dennis derek
    derrick desmond diana diane dianne dolores dominic don donald donna doreen doris dorothy doug
    douglas duncan dustin dwayne dylan earl ed eddie edgar edith edmund edna eduardo edward edwin
    eileen elaine eleanor elena eli elijah elisabeth elizabeth ella ellen ellie elliot elliott
    elsie emily emma eric erica erik erin ernest esme esther ethan ethel eugene eva evan eve
    evelyn evie faith fatima faye felicity felix fernando fiona flora florence frances francesca
    francis francisco frank franklin fred freda freddie frederick freya gabriel gabriella gail
    gareth garry gary gavin gemma gene geoff geoffrey george georgia georgina gerald geraldine
    gerard gilbert gillian gina gladys glen glenn gloria glyn gordon grace graeme graham grant greg
    gregory greta guy gwen gwendolyn hannah harold harriet harry harvey hassan hayden hayley hazel
    heather hector heidi helen helena henry herbert hilary hilda holly hope howard hubert hugh hugo
    ian ibrahim ida imogen ingrid iain irene iris irma isaac isabel isabella isabelle isla ivan
    ivor ivy jack jackie jackson jacob jacqueline jade jaime jake jamal james jamie jan jane janet
    janice jared jasmin jasmine jason javier jay jayden jayne jean jeanette jeff jeffery jeffrey
    jemma jenna jennie jennifer jenny jeremy jermaine jerome jerry jesse jessica jessie jesus jill
    jim jimmy jo joan joann joanna joanne jocelyn jodie joe joel joey john johnny jon jonathan
    jordan jorge jose joseph josephine josh joshua joy joyce juan juanita judith judy julia julian
    julie juliet june justin kaitlyn karen karl kate katherine kathleen kathryn kathy katie katrina
    kay kayla keira keith kelly kelsey ken kenneth kerry kevin khalid kieran kim kimberley kimberly
    kirk kirsten kirsty kristen kristin kristina kurt kyle lance larry laura lauren laurence laurie
    lawrence leah leanne lee lena leo leon leona leonard leroy leslie lesley lester lewis liam
    lillian lily linda lindsay lindsey lisa lloyd logan lois lola lorna lorraine lou louis louisa
    louise lucas lucia lucille lucy luis luke lydia lynda lynn lynne mabel madeleine madison mae
    maggie malcolm mandy manuel marc marcia marcus margaret margery maria marian marie marilyn
    marion marjorie mark marlene marshall martha martin martyn marvin mary mason mathew matilda
    matt matthew maureen maurice mavis max maxine maxwell may megan mel melanie melissa melvin
    mercedes mia michael micheal michele michelle miguel mike mildred miles millie milton minnie
    miranda miriam mitchell moham mohamed mohammad mohammed moira molly mona monica morgan muhammad
    muriel myra myrtle nadia nancy naomi natalie natasha nathan nathaniel neil nellie nelson
    niall nicholas nick nicky nicola nicole nigel nina nora norma norman oliver olive olivia omar
    ora orla oscar otto owen paige pam pamela parker pat patricia patrick patsy paul paula pauline
    pearl pedro peggy penelope penny perry peter phil philip philippa phillip phoebe phyllis poppy
    priscilla priya rachael rachel rafael ralph ramon randall randy raul ray raymond rebecca reece
    regina reginald rene rex rhys ricardo richard rick ricky riley rita rob robert roberta roberto
    robin rodney roger roland ron ronald ronnie rory rosa rosalind rose rosemary rosie ross roxanne
    roy ruben ruby rupert russell ruth ryan sabrina sadie sally salvador sam samantha samuel sandra
    sandy sara sarah scarlett scott sean sebastian seth shane shannon sharon shaun shawn sheila
    shelley shelly sheryl shirley sian sidney sienna silvia simon sofia sonia sophia sophie spencer
    stacey stacy stan stanley stella stephanie stephen steve steven stewart stuart sue summer susan
    susie suzanne sybil sydney sylvia tamara tanya tara ted terence teresa terrance terri terry
    theo theodore theresa thomas tiffany tim timothy tina toby todd tom tommy toni tony tracey
    tracy travis trevor trisha troy tyler tyrone valerie vanessa vera vernon veronica vicki vicky
    victor victoria vincent viola violet virginia vivian wade wallace walter wanda warren wayne
    wendy wesley wilfred will william willie wilma winifred xavier yasmin yolanda yvette yvonne
    zachary zara zoe
    """.split()
)
