"""A small text to learn letters from."""

from __future__ import annotations


def load_story() -> str:
    """The story of a lamp on a rock: short sentences of small letters, in lines.

    Source:  written for this course, under its licence
    """
    return STORY


STORY = """\
there was a rock in the sea, and on the rock there was a lamp.
the keeper of the lamp was an old man, and he lived there alone.
every evening the old man went up the stairs and lit the lamp.
every morning the old man went down the stairs and slept.
the sea was large and the rock was small, but the lamp was bright.

in the evening the wind came from the west, and the sea was dark.
the old man went up the stairs, one hundred stairs and one more.
he cleaned the glass and lit the lamp, and the light went out over the sea.
far away there was a ship, and the people on the ship saw the light.
there is the rock, they said, and they went another way.

in the morning the wind was still, and the sea was bright.
the old man went down the stairs and made his bread and his tea.
he wrote in his book: the night was dark, the wind was strong, one ship.
then he closed the book and closed the door and slept until the evening.

one day a bird came to the rock, and the bird was tired.
it had come over the sea, and it sat down on the stone beside the door.
where do you come from, said the old man, and where do you go?
i come from the north, said the bird, and i go to the south.
the north is cold and the south is warm, and the sea is between them.
then rest here, said the old man, and he gave the bird some of his bread.

the bird rested on the rock for one day and for one night.
in the night it saw the lamp, and it saw the light go out over the sea.
why do you light the lamp, said the bird, when there is no ship?
because i do not know when there is a ship, said the old man.
if there is no ship, the light goes out over the sea and does no harm.
if there is a ship, the light goes out over the sea and does some good.
the bird thought about the answer, and it found the answer good.

in the morning the bird went away over the sea to the south.
the old man stood at the door and looked until there was no bird.
he wrote in his book: the night was still, no ship, one bird.
then he closed the book and closed the door and slept until the evening.

the summer went and the autumn came, and the wind came from the north.
every evening the old man went up the stairs, and the stairs were long.
he cleaned the glass with his hand, and his hand was slow.
the lamp is bright, said the old man, but i am old and i am tired.
who will light the lamp when i am not here any more?
there was no answer but the wind, and the wind said what it always says.

in the winter there was a storm, and the storm was long and strong.
the sea went over the rock, and the sea went over the stone beside the door.
the old man went up the stairs and lit the lamp, and the wind broke the glass.
the lamp went out, and the night was dark, and there was a ship on the sea.
the old man saw the small light of the ship, and the ship came to the rock.

then the old man took his coat and held it before the wind.
he lit the lamp with one hand, and with the other hand he held the coat.
all night he stood there, and all night the light went out over the sea.
far away the people on the ship saw the light behind the rain.
there is the rock, they said, and they went another way.

in the morning the storm was over, and the sea was still.
the ship came slowly to the rock, and the people came to the door.
we saw the light, they said, and then there was no light, and then there was.
who held the lamp in the storm, and where are the others?
there are no others, said the old man, and he made some tea for the people.

on the ship there was a girl, and the girl went up the stairs.
she counted the stairs, one hundred stairs and one more.
she saw the lamp and the broken glass and the coat of the old man.
she looked out over the sea, to the north and to the south.
then she went down the stairs and stood before the old man.
teach me to light the lamp, said the girl, and i will stay here.

it is cold here in the winter, said the old man, and there is no one.
there is a lamp, said the girl, and there is a book, and there are birds.
it is a small rock, said the old man, and the sea is large.
but the lamp is bright, said the girl, and the old man had no answer.

so the ship went away over the sea, and the girl stayed on the rock.
the old man showed her how to clean the glass and how to light the lamp.
he showed her the book, and she read about the nights and the ships.
she read about the wind and the rain, and she read about one bird.
every evening the girl and the old man went up the stairs together.
every morning the girl and the old man went down the stairs and slept.

in the spring the wind came from the south, and the wind was warm.
a bird came over the sea and sat down on the stone beside the door.
i know this place, said the bird, and i know the light.
last night i was far away, and the night was dark, and there were no stars.
i saw the light over the sea, and i said: there is the rock.
the old man gave the bird some of his bread, and he said nothing.

then the girl wrote in the book: the night was dark, no ship, one bird.
it does no harm when there is no ship, said the old man to the girl.
and it does some good when there is a bird, said the girl to the old man.
then they closed the book and closed the door and slept until the evening.

the spring went and the summer came, and the old man was very old.
now the girl went up the stairs alone, one hundred stairs and one more.
she cleaned the glass and lit the lamp, and the light went out over the sea.
the old man sat on the stone beside the door and looked at the light.
from here it is small, he said, but from the sea it is large.

one evening a ship came from the west, and it came for the old man.
come with us, said the people, the house is warm and the bread is good.
the old man looked at the rock and the door and the stone.
then he gave the book to the girl, and the girl gave him her hand.
who will teach the next one, said the old man, when you are old?
some one will come over the sea, said the girl, some one always comes.

in the night the ship went away over the sea to the west.
the old man stood on the ship and looked, and the night was dark.
far away there was a light, and it was small, and then it was smaller.
there is the rock, said the old man, and he was not tired any more.

there is a rock in the sea, and on the rock there is a lamp.
the keeper of the lamp is a woman, and she lives there alone.
every evening the woman goes up the stairs and lights the lamp.
every morning she goes down the stairs and writes in the book and sleeps.
the sea is large and the rock is small, but the lamp is bright.
"""
