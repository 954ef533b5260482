"""Every kind of step, by its name in a flow."""

from apps.chatbots.nodes.action import Action
from apps.chatbots.nodes.ai_agent import AiAgent
from apps.chatbots.nodes.ai_prompt import AiPrompt
from apps.chatbots.nodes.base import Node
from apps.chatbots.nodes.buttons import Buttons
from apps.chatbots.nodes.condition import Condition
from apps.chatbots.nodes.csat import Csat
from apps.chatbots.nodes.cta_url import CtaUrl
from apps.chatbots.nodes.database_query import DatabaseQuery
from apps.chatbots.nodes.date import Date
from apps.chatbots.nodes.delay import Delay
from apps.chatbots.nodes.end import End
from apps.chatbots.nodes.event import Event
from apps.chatbots.nodes.handoff import Handoff
from apps.chatbots.nodes.hours import Hours
from apps.chatbots.nodes.http_request import HttpRequest
from apps.chatbots.nodes.jump import Jump
from apps.chatbots.nodes.list import List
from apps.chatbots.nodes.location_request import LocationRequest
from apps.chatbots.nodes.media import Media
from apps.chatbots.nodes.message import Message
from apps.chatbots.nodes.pix import Pix
from apps.chatbots.nodes.question import Question
from apps.chatbots.nodes.random import Random
from apps.chatbots.nodes.script import Script
from apps.chatbots.nodes.set_variable import SetVariable
from apps.chatbots.nodes.start import Start
from apps.chatbots.nodes.subflow import Subflow
from apps.chatbots.nodes.switch import Switch
from apps.chatbots.nodes.template import Template
from apps.chatbots.nodes.wait_reply import WaitReply
from apps.chatbots.nodes.whatsapp_flow import WhatsappFlow

_TALK = (Message, Media, Template, CtaUrl, Pix)
_ASK = (Question, Buttons, List, LocationRequest, WaitReply, Csat, WhatsappFlow)
_LOGIC = (Start, Condition, Switch, SetVariable, Random, Hours, Date, Delay, Jump, Subflow)
_ACT = (Action, Event, Handoff, End)
_OUTSIDE = (HttpRequest, DatabaseQuery, Script, AiPrompt, AiAgent)
KINDS: dict[str, type[Node]] = {node.kind: node for node in (*_TALK, *_ASK, *_LOGIC, *_ACT, *_OUTSIDE)}

__all__ = ["KINDS", "Node"]
