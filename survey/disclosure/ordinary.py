"""Words that are also names: whoever is called May, Koch or Long is looked for with more care.

Here belong the lists of words only, in the plain form of `folding`. When such a word counts as a
name is decided in `naming`.
"""

ORDINARY = frozenset(
    """
    april art ash august autumn banks bell berry best bill bird bishop bishops black bloom bond
    brook brooks brown buck bush butler cash chance chase chip christian church clay cook crane
    crystal daisy dale dawn day dean dick dolly don drew duke earl east english eve faith fall
    field fields finch fish flint ford forest fox frank french gale gates gene glen good
    grace grant gray green grey guy hall hand hardy harmony heath heather hill hills holiday holly
    honor hope house hunt iris ivy jack jade jasmine jean jewel joy july june just
    king kings knight lake lamb lance lane laurel law lee lily link little long love lucky major
    mark marsh mason may mercy miles mill misty moody moon moss nice nick noble
    nobles north olive page park parks parsons pat pearl penny pick piper pond
    poole pope post power powers price pride prince quick rand ray reader red reed
    rich rick ring river rivers rob robin rock rod rose rowan ruby rush sage sands savage saw
    sharp shepherd short silver skip skye small smart snow south spring stark stern
    stone storm story street strong sue summer summers sun swift tab tailor temple
    trip vale van violet wade walls ward waters wells west white
    will wills winter winters wise wolf wood woods worth young

    acker alt bach backer bader bauer baum berg binder blau bock bohm bohne braun
    breit brand bruch brucke burger busch dick ende engel ernst fest feuer fink fleischer
    forster frei freitag friede friedrich froh fromm fuchs gartner gast gerecht glaser gold gott
    graf gross grun gut hahn hart hase haupt heim herbst herr heute hirsch
    hirt hoch holz horn jager jung junge kaiser kalt kant kaufmann keller kern
    klar klein kleine klug koch koenig kohl konig korn kraft krank kraus krieg krieger kron
    kunst kunze kurz lange lang lehrer licht lieb liebe linde links lohn lustig mai
    mann meister mond montag morgen neu nord ost
    recht reich reiter richter ritter roth rot sanger sauer schatz scharf schlecht schmied
    schon schwarz schwer seel seite silber sommer sonne sonntag
    specht stark stein steiner stern still stolz strauss stumm suss tag teich teufel tisch topf
    treu vogel vogt voll wald weg weis weiss weise welt wenig winter wirt wirth wolf
    wunder wunsch zahn zeit ziegler zimmer zorn

    bon blanc belle brun grand leblanc legrand lenoir noir petit rose roux

    amazon apple boots gap next orange oracle shell sprint target visa
    """.split()
)
"""Ordinary words, English and German in the main, that are a first or last name as well."""

GENERAL = frozenset(
    """
    allgemeine american amt bank bayerische best bundesamt big blue british central city club
    company deutsche die das der digital energy erste europa europaische european express federal
    first fondation foundation general global great group gruppe haus health holding hospital
    hotel house institut institute international kanton klinik klinikum krankenhaus land
    landesamt logistics management media ministerium modern national neue new nord nordic north
    norddeutsche office ost power praxis premium pro public quality red royal schule school
    schweizerische service services smart social society solutions south south stadt stadtwerke
    state sud suddeutsche systems team tech technik technologies technology the trust uni union
    united universitat university verein vereinigte west world zentrale zentrum
    """.split()
)
"""Words of company names that name no company by themselves."""

LEGAL = frozenset(
    """
    ab ag aktiengesellschaft as asa bv cie co company corp corporation ev eg ek gbr ggmbh gmbh inc
    incorporated kg kgaa limited llc llp ltd mbh nv ohg ou oy oyj partg plc pty sa sagl sarl sas se
    sl spa srl sro ug
    """.split()
)
"""Legal forms, without full stops."""

TITLES = frozenset(
    """
    chef chefin colleague director doctor dr frau fraulein herr herrn hr ing kollege kollegen
    kollegin mag madame miss mister mme monsieur mr mrs ms mx prof professor sir
    """.split()
)
"""What stands before a name."""

DEGREES = TITLES | frozenset("ba bsc dipl hc jr llm ma mba med msc phd phil sr".split())
"""What is no name in a list of names."""

PARTICLES = frozenset(
    """
    af al bin da das de dei del della den der des di do dos du el ibn la las le les los of op ten
    ter the til van vom von zu zum zur
    """.split()
)
"""Small words inside names."""

DOES = frozenset(
    """
    always asks believes calls came can cannot comes could decides did didn does doesn explains
    gave gets gives goes had hadn has hasn helps ignores is isn kept knows leads left likes listens
    made makes manages must needs never often runs said says seems should shouts speaks supports
    takes talks tells thinks told took treats tries wants was wasn went who whose works would

    arbeitet behandelt bekommt bleibt braucht darf denkt entscheidet fragt fuhrt geht gibt glaubt
    hat hatte hilft hort ignoriert ist kam kann kennt kommt konnte lasst leitet macht meint mochte
    muss nervt nimmt redet ruft sagt sagte schreit soll sollte sorgt spricht unterstutzt war weiss
    wurde wird
    """.split()
)
"""What people do: after such a word at the beginning of a sentence comes a person's doing."""
